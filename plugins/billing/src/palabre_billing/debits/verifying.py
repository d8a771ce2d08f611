"""Proving that what was charged is what was open: hours against the ledger, and both against the pinned prices."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from palabre_billing.debits.models import ChargedHour, Fate, Opening, Use
from palabre_billing.ledger import Check, Entry, Transaction
from palabre_billing.ledger.verifying import check
from palabre_billing.prices.models import Price


def verify_debits(session: Session) -> Iterator[Check]:
    """Check every tenant's debits. Call it at installation level."""
    hours = select(func.count()).select_from(ChargedHour)
    yield check(
        session,
        "each paid hour has its debit, of the pinned price, from the account of who pays",
        hours,
        select(ChargedHour.id)
        .join(Opening, Opening.id == ChargedHour.opening_id)
        .outerjoin(
            Entry,
            and_(
                Entry.transaction_id == ChargedHour.transaction_id,
                Entry.account_id == Opening.payer_id,
                Entry.credits == -ChargedHour.credits,
            ),
        )
        .where(
            ChargedHour.fate == Fate.PAID, or_(Entry.id.is_(None), ChargedHour.credits != Opening.credits)
        ),
        "hour {0}",
    )
    yield check(
        session,
        "no hour that was free or waived was paid",
        hours,
        select(ChargedHour.id).where(
            ChargedHour.fate != Fate.PAID,
            or_(ChargedHour.transaction_id.is_not(None), ChargedHour.credits != 0),
        ),
        "hour {0}",
    )
    yield check(
        session,
        "each debit is of one hour, or of one use of something else",
        select(func.count()).where(Transaction.kind == "debit"),
        select(Transaction.key)
        .outerjoin(ChargedHour, ChargedHour.transaction_id == Transaction.id)
        .outerjoin(Use, Use.transaction_id == Transaction.id)
        .where(Transaction.kind == "debit", ChargedHour.id.is_(None) == Use.id.is_(None)),
        "{0}",
    )
    yield check(
        session,
        "each use has its debit, of the price of its list, from the account of who pays",
        select(func.count()).select_from(Use),
        select(Use.chargeable, Use.key)
        .outerjoin(
            Price,
            and_(
                Price.price_list_id == Use.price_list_id,
                Price.chargeable == Use.chargeable,
                Price.variant == Use.variant,
            ),
        )
        .outerjoin(
            Entry,
            and_(
                Entry.transaction_id == Use.transaction_id,
                Entry.account_id == Use.payer_id,
                Entry.credits == -Use.credits,
            ),
        )
        .where(
            or_(
                func.coalesce(Price.credits, 0) * Use.quantity != Use.credits,
                Entry.id.is_(None) == (Use.credits > 0),
            )
        ),
        "{0}: {1}",
    )
    openings = select(func.count()).select_from(Opening)
    yield check(
        session,
        "the hours of each opening follow each other without gaps, from the first",
        openings,
        select(Opening.id)
        .outerjoin(ChargedHour, ChargedHour.opening_id == Opening.id)
        .group_by(Opening.id)
        .having(
            or_(
                func.count(ChargedHour.id) == 0,
                func.min(ChargedHour.number) != 0,
                func.max(ChargedHour.number) != func.count(ChargedHour.id) - 1,
            )
        ),
        "opening {0}",
    )
    yield check(
        session,
        "each opening has the price of the list that it pinned",
        openings,
        select(Opening.id)
        .outerjoin(
            Price,
            and_(
                Price.price_list_id == Opening.price_list_id,
                Price.chargeable == "room",
                Price.variant == Opening.room_class,
            ),
        )
        .where(func.coalesce(Price.credits, 0) != Opening.credits),
        "opening {0}",
    )
