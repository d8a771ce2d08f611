"""Charging one hour: the price, the month's free hours, the entry in the ledger, all in the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre_billing.debits.models import ChargedHour, Fate, Opening
from palabre_billing.ledger import USED, Posting, post, system_account
from palabre_billing.ledger.posting import lock_accounts
from palabre_billing.prices.models import PriceList


def hour_start(opening: Opening, number: int) -> datetime:
    """When an hour of an opening begins: hours count from the start, in UTC, whatever clocks on walls do."""
    return opening.started_at + timedelta(hours=number)


def charge_hour(
    session: Session, opening: Opening, number: int, *, lowest: int, now: datetime
) -> ChargedHour:
    """Charge one hour, once; the hour as it was charged before when it was.

    :param lowest: the balance that the payer must keep.
    :raises NotEnoughCredits: when it would fall below; nothing is written.
    """
    lock_accounts(session, [opening.payer_id])
    known = charged(session, opening, number)
    if known is not None:
        return known
    starts_at = hour_start(opening, number)
    if opening.credits == 0 or free_hours_left(
        session, opening.payer_id, opening.price_list_id, at=starts_at
    ):
        return note(session, opening, number, Fate.FREE)
    used = system_account(session, USED, tenant_id=opening.tenant_id, now=now)
    paid = post(
        session,
        Posting(
            tenant_id=opening.tenant_id,
            key=f"hour:{opening.key}:{number}",
            kind="debit",
            entries={opening.payer_id: -opening.credits, used.id: opening.credits},
            at=now,
            meeting=opening.meeting,
            meeting_name=opening.meeting_name,
            details={"chargeable": "room", "variant": opening.room_class, "hour": number + 1},
        ),
        not_below={opening.payer_id: lowest},
    )
    return note(session, opening, number, Fate.PAID, credits=opening.credits, transaction_id=paid.id)


def note(
    session: Session,
    opening: Opening,
    number: int,
    fate: Fate,
    *,
    credits: int = 0,
    transaction_id: int | None = None,
) -> ChargedHour:
    """Note what became of an hour."""
    hour = ChargedHour(
        tenant_id=opening.tenant_id,
        opening_id=opening.id,
        number=number,
        starts_at=hour_start(opening, number),
        fate=fate,
        credits=credits,
        transaction_id=transaction_id,
    )
    session.add(hour)
    session.flush()
    return hour


def charged(session: Session, opening: Opening, number: int) -> ChargedHour | None:
    """What became of an hour, if it is known already."""
    return session.scalar(
        select(ChargedHour).where(ChargedHour.opening_id == opening.id, ChargedHour.number == number)
    )


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
