"""What other plugins declare and say is used: paid in the transaction in which it begins, or it does not begin.

The price is that of the list which the meeting pinned at its start; of a meeting that is over, of the list in force.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import Account, Meeting, MeetingState, Usage, clock_of, ngettext
from palabre_billing.debits.models import Opening, Use
from palabre_billing.debits.refusing import cannot_pay
from palabre_billing.ledger import (
    USED,
    NotEnoughCredits,
    Posting,
    customer_account,
    lock_accounts,
    post,
    system_account_id,
)
from palabre_billing.prices import PriceList, Prices, prices_of
from palabre_billing.prices.lists import pinned_prices
from palabre_billing.prices.terms import lowest_balance


def pay_for_use(session: Session, meeting: Meeting, usage: Usage) -> Use | None:
    """Charge a use, once; what it was charged before when it was.

    :returns: ``None`` for a demonstration, and for a meeting without an organiser: nobody pays for it.
    :raises CannotPay: with what is missing, and where to buy it.
    """
    if meeting.is_demonstration or meeting.organiser_id is None:
        return None
    now = clock_of(session).now()
    payer = customer_account(session, session.get_one(Account, meeting.organiser_id), now=now)
    lock_accounts(session, [payer.id])
    known = session.scalar(
        select(Use).where(
            Use.tenant_id == meeting.tenant_id, Use.chargeable == usage.chargeable, Use.key == usage.key
        )
    )
    if known is not None:
        return known
    prices = _prices(session, meeting, now)
    assert prices.id is not None
    price = prices.of(usage.chargeable, usage.variant) or 0
    use = Use(
        tenant_id=meeting.tenant_id,
        meeting=meeting.public_id,
        meeting_name=meeting.name,
        chargeable=usage.chargeable,
        variant=usage.variant,
        key=usage.key,
        payer_id=payer.id,
        price_list_id=prices.id,
        quantity=usage.quantity,
        credits=price * usage.quantity,
        at=now,
    )
    if use.credits:
        try:
            use.transaction_id = _debit(session, use, usage, now)
        except NotEnoughCredits as error:
            said = ngettext("This costs {num} credit.", "This costs {num} credits.", use.credits)
            raise cannot_pay(
                session,
                tenant_id=use.tenant_id,
                price=said.format(num=use.credits),
                missing=error.missing,
            ) from error
    session.add(use)
    session.flush()
    return use


def _prices(session: Session, meeting: Meeting, now: datetime) -> Prices:
    if meeting.state is MeetingState.LIVE:
        pinned = session.scalar(
            select(PriceList)
            .join(Opening, Opening.price_list_id == PriceList.id)
            .where(Opening.meeting_id == meeting.id, Opening.started_at >= meeting.started_at)
            .order_by(Opening.after_seq.desc())
            .limit(1)
        )
        if pinned is not None:
            return prices_of(pinned)
    return pinned_prices(session, meeting.tenant_id, now=now)


def _debit(session: Session, use: Use, usage: Usage, now: datetime) -> int:
    used = system_account_id(session, USED, tenant_id=use.tenant_id, now=now)
    lowest = lowest_balance(session, use.tenant_id) if usage.goes_on else 0
    posting = Posting(
        tenant_id=use.tenant_id,
        key=f"use:{use.chargeable}:{use.key}",
        kind="debit",
        entries={use.payer_id: -use.credits, used: use.credits},
        at=now,
        reason=usage.said,
        meeting=use.meeting,
        meeting_name=use.meeting_name,
        details={"chargeable": use.chargeable, "variant": use.variant, "quantity": use.quantity},
    )
    return post(session, posting, not_below={use.payer_id: lowest}).id
