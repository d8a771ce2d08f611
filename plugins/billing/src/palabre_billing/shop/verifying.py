"""Proving that credits were sold for money: orders against payments, and both against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from palabre_billing.ledger import Check, Entry, Transaction
from palabre_billing.ledger.verifying import check
from palabre_billing.shop.models import Order, OrderState, Payment, PaymentKind


def verify_orders(session: Session) -> Iterator[Check]:
    """Check every tenant's orders. Call it at installation level."""
    received = and_(Payment.order_id == Order.id, Payment.kind == PaymentKind.RECEIVED)
    count = func.count(Payment.id)
    yield check(
        session,
        "each order that was paid has one payment, of its amount, and no other order has one",
        select(func.count()).select_from(Order),
        select(Order.reference, Order.state, count)
        .outerjoin(Payment, received)
        .group_by(Order.id, Order.reference, Order.state, Order.total)
        .having(
            or_(
                and_(
                    Order.state.in_((OrderState.PAID, OrderState.RETURNED)),
                    or_(count != 1, func.min(Payment.amount) != Order.total),
                ),
                and_(Order.state.in_((OrderState.WAITING, OrderState.CANCELLED)), count != 0),
            )
        ),
        "order {0}: {1} with {2} payments",
    )
    yield check(
        session,
        "each payment that brought credits brought those of its order to its buyer",
        select(func.count()).where(Payment.kind == PaymentKind.RECEIVED),
        select(Order.reference)
        .join(Payment, received)
        .outerjoin(
            Entry,
            and_(
                Entry.transaction_id == Payment.transaction_id,
                Entry.account_id == Order.buyer_id,
                Entry.credits == Order.credits,
            ),
        )
        .where(Entry.id.is_(None)),
        "order {0}",
    )
    yield check(
        session,
        "each purchase in the ledger has its payment",
        select(func.count()).where(Transaction.kind == "purchase"),
        select(Transaction.key)
        .outerjoin(Payment, Payment.transaction_id == Transaction.id)
        .where(Transaction.kind.in_(("purchase", "returned", "restored")), Payment.id.is_(None)),
        "{0}",
    )
    moved = func.sum(Entry.credits)
    yield check(
        session,
        "no order took back more credits than it brought, and one whose money went back has none left",
        select(func.count()).select_from(Order),
        select(Order.reference, moved)
        .join(Payment, Payment.order_id == Order.id)
        .join(Entry, and_(Entry.transaction_id == Payment.transaction_id, Entry.account_id == Order.buyer_id))
        .group_by(Order.id, Order.reference, Order.state)
        .having(or_(moved < 0, and_(Order.state == OrderState.RETURNED, moved != 0))),
        "order {0}: {1} credits",
    )
