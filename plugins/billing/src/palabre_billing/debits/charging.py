"""Charging one hour: the price, the month's free hours, the entry in the ledger, all in the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from palabre.toolkit import Base
from palabre_billing.debits.models import ChargedHour, Fate, Opening
from palabre_billing.ledger import USED, Posting, lock_accounts, post, system_account_id
from palabre_billing.prices.models import PriceList

# Of every hour of every live meeting: built once, and past the ORM.
_HOURS = Base.metadata.tables["billing_hour"]
_LISTS = Base.metadata.tables["billing_price_list"]
_INSERT_HOUR = insert(_HOURS)
_HOUR_ID = select(_HOURS.c.id).where(
    _HOURS.c.opening_id == bindparam("opening_id"), _HOURS.c.number == bindparam("number")
)
_FREE_HOURS = select(_LISTS.c.free_hours).where(_LISTS.c.id == bindparam("price_list_id"))


def hour_start(opening: Opening, number: int) -> datetime:
    """When an hour of an opening begins: hours count from the start, in UTC, whatever clocks on walls do."""
    return opening.started_at + timedelta(hours=number)


def charge_hour(session: Session, opening: Opening, number: int, *, lowest: int, now: datetime) -> None:
    """Charge one hour that was not charged yet. Call it while the room is locked, so that nobody else does.

    :param lowest: the balance that the payer must keep.
    :raises NotEnoughCredits: when it would fall below; nothing is written.
    """
    starts_at = hour_start(opening, number)
    if opening.credits == 0 or takes_free_hour(session, opening, at=starts_at):
        note(session, opening, number, Fate.FREE)
        return
    used = system_account_id(session, USED, tenant_id=opening.tenant_id, now=now)
    paid = post(
        session,
        Posting(
            tenant_id=opening.tenant_id,
            key=f"hour:{opening.key}:{number}",
            kind="debit",
            entries={opening.payer_id: -opening.credits, used: opening.credits},
            at=now,
            meeting=opening.meeting,
            meeting_name=opening.meeting_name,
            details={"chargeable": "room", "variant": opening.room_class, "hour": number + 1},
        ),
        not_below={opening.payer_id: lowest},
    )
    note(session, opening, number, Fate.PAID, credits=opening.credits, transaction_id=paid.id)


def takes_free_hour(session: Session, opening: Opening, *, at: datetime) -> bool:
    """Whether an hour is one of the month's free ones. The payer's account is then locked: nobody else takes it."""
    if not session.connection().scalar(_FREE_HOURS, {"price_list_id": opening.price_list_id}):
        return False
    lock_accounts(session, [opening.payer_id])
    return free_hours_left(session, opening.payer_id, opening.price_list_id, at=at) > 0


def note(
    session: Session,
    opening: Opening,
    number: int,
    fate: Fate,
    *,
    credits: int = 0,
    transaction_id: int | None = None,
) -> None:
    """Note what became of an hour."""
    hour = {
        "tenant_id": opening.tenant_id,
        "opening_id": opening.id,
        "number": number,
        "starts_at": hour_start(opening, number),
        "fate": fate,
        "credits": credits,
        "transaction_id": transaction_id,
    }
    session.connection().execute(_INSERT_HOUR, hour)


def is_charged(session: Session, opening: Opening, number: int) -> bool:
    """Whether it is known already what became of an hour."""
    hour = {"opening_id": opening.id, "number": number}
    return session.connection().scalar(_HOUR_ID, hour) is not None


def free_hours_left(session: Session, payer_id: int, price_list_id: int, *, at: datetime) -> int:
    """How many hours of the month (UTC) a payer still has free by a price list. Rooms that cost nothing use none."""
    allowed = session.scalar(select(PriceList.free_hours).where(PriceList.id == price_list_id)) or 0
    if not allowed:
        return 0
    begin = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    used = session.scalar(
        select(func.count())
        .select_from(ChargedHour)
        .join(Opening, Opening.id == ChargedHour.opening_id)
        .where(
            Opening.payer_id == payer_id,
            Opening.credits > 0,
            ChargedHour.fate == Fate.FREE,
            ChargedHour.starts_at >= begin,
            ChargedHour.starts_at < end,
        )
    )
    return max(0, allowed - (used or 0))
