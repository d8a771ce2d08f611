"""A meeting starts: its first hour is paid in the transaction that opens the room, or the room stays closed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from palabre.toolkit import Account, Meeting, clock_of, ngettext
from palabre_billing.debits.charging import charge_hour
from palabre_billing.debits.duties import owe_next_hour
from palabre_billing.debits.models import Opening
from palabre_billing.debits.refusing import cannot_pay
from palabre_billing.debits.telling import owe_telling_of_start
from palabre_billing.ledger import NotEnoughCredits, customer_account
from palabre_billing.prices.lists import pinned_prices


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
        price = ngettext(
            "Each started hour of this meeting costs {num} credit.",
            "Each started hour of this meeting costs {num} credits.",
            opening.credits,
        ).format(num=opening.credits)
        raise cannot_pay(session, tenant_id=meeting.tenant_id, price=price, missing=error.missing) from error
    owe_next_hour(session, opening, 1, now=now)
    owe_telling_of_start(session, opening, now=now)
    return opening
