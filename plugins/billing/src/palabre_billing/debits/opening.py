"""A meeting starts: its first hour is paid in the transaction that opens the room, or the room stays closed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from palabre.toolkit import Account, Meeting, Refused, clock_of, ngettext, site_address
from palabre.toolkit import gettext as _
from palabre_billing.debits.charging import charge_hour
from palabre_billing.debits.duties import owe_next_hour
from palabre_billing.debits.models import Opening
from palabre_billing.debits.telling import owe_telling_of_start
from palabre_billing.ledger import NotEnoughCredits, customer_account
from palabre_billing.prices.lists import pinned_prices


class CannotPay(Refused):
    """The organiser has not the credits for the first hour.

    :param missing: credits that are missing.
    """

    def __init__(self, message: str, *, missing: int) -> None:
        super().__init__("not_enough_credits", message)
        self.missing = missing


def pay_for_start(session: Session, meeting: Meeting) -> Opening | None:
    """Charge the first hour of a meeting that is about to start, and owe the next one.

    :returns: ``None`` for a demonstration, and for a meeting without an organiser: nobody pays for it.
    :raises CannotPay: with what is missing, and where to buy it.
    """
    if meeting.is_demonstration or meeting.organiser_id is None:
        return None
    now = clock_of(session).now()
    organiser = session.get_one(Account, meeting.organiser_id)
    prices = pinned_prices(session, meeting.tenant_id, now=now)
    assert prices.id is not None
    opening = Opening(
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.id,
        meeting=meeting.public_id,
        meeting_name=meeting.name,
        after_seq=meeting.last_seq,
        payer_id=customer_account(session, organiser, now=now).id,
        price_list_id=prices.id,
        room_class=meeting.room_class.value,
        credits=prices.room(meeting.room_class.value),
        started_at=now,
    )
    session.add(opening)
    session.flush()
    try:
        charge_hour(session, opening, 0, lowest=0, now=now)
    except NotEnoughCredits as error:
        raise CannotPay(_sentence(session, meeting, opening, error), missing=error.missing) from error
    owe_next_hour(session, opening, 1, now=now)
    owe_telling_of_start(session, opening, now=now)
    return opening


def _sentence(session: Session, meeting: Meeting, opening: Opening, error: NotEnoughCredits) -> str:
    price = ngettext(
        "Each started hour of this meeting costs {num} credit.",
        "Each started hour of this meeting costs {num} credits.",
        opening.credits,
    ).format(num=opening.credits)
    missing = ngettext(
        "{num} credit is missing on its organiser’s account.",
        "{num} credits are missing on its organiser’s account.",
        error.missing,
    ).format(num=error.missing)
    where = _("The organiser buys more here: {address}").format(
        address=f"{site_address(session, meeting.tenant_id)}/plugins/billing/buy?needed={error.missing}"
    )
    return f"{price} {missing} {where}"
