"""What people read when something cannot be paid. Guests never learn about the organiser's credits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from palabre.toolkit import Refused, ngettext, site_address
from palabre.toolkit import gettext as _


class CannotPay(Refused):
    """The organiser has not the credits for what is to begin.

    :param missing: credits that are missing.
    """

    def __init__(self, message: str, *, missing: int) -> None:
        neutral = _("This is not possible at the moment. Ask the organiser of the meeting.")
        super().__init__("not_enough_credits", message, to_guests=neutral)
        self.missing = missing


def cannot_pay(session: Session, *, tenant_id: int, price: str, missing: int) -> CannotPay:
    """The refusal, with the price, what is missing, and where to buy it.

    :param price: a sentence.
    """
    lacks = ngettext(
        "{num} credit is missing on its organiser’s account.",
        "{num} credits are missing on its organiser’s account.",
        missing,
    ).format(num=missing)
    where = _("The organiser buys more here: {address}").format(
        address=f"{site_address(session, tenant_id)}/plugins/billing/buy?needed={missing}"
    )
    return CannotPay(f"{price} {lacks} {where}", missing=missing)
