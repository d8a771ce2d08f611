"""Money came, or went back: credits follow, once, in the transaction that writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import Refused, add_duty
from palabre.toolkit import gettext as _
from palabre_billing.ledger import Entry, Posting, balance, post, system_account
from palabre_billing.ledger.posting import lock_accounts
from palabre_billing.shop.models import Order, OrderState, Payment, PaymentKind
from palabre_billing.shop.orders import lock_order
from palabre_billing.shop.references import readable

#: The tenant's own account that sold credits come from.
SOLD = "sold"
#: What is owed once an order is paid, or its money went back: invoice, credit note, mails, bonus.
AFTER_PAYMENT = "billing.after_payment"


@dataclass(frozen=True, kw_only=True)
class Money:
    """Money of which somebody says that it came or went.

    :param provider_id: names it, unique for the method and the tenant, for ever.
    :param amount: in minor units of ``currency``.
    :param author: who says so: the method's name, or an operator's address.
    :param payer: names the means of payment, to know it again; empty where unknown.
    :param about: ``provider_id`` of the payment that goes back, or of the dispute that was won; empty for the payment
        that brought the credits.
    """

    provider_id: str
    amount: int
    currency: str
    author: str
    reason: str = ""
    payer: str = ""
    about: str = ""


def settle(session: Session, order: Order, money: Money, *, now: datetime) -> Payment:
    """Money came for an order: credit it. The same money is credited once, however often and by whomever it is told.

    What is not exactly what was agreed, or comes a second time, is written down as a surplus, which an operator sees
    and gives back; it brings no credits.
    """
    order = lock_order(session, order.id)
    known = _known(session, order, money)
    if known is not None:
        return known
    is_agreed = (money.amount, money.currency) == (order.total, order.currency)
    if not is_agreed or order.state in (OrderState.PAID, OrderState.RETURNED):
        return _write(session, order, money, PaymentKind.SURPLUS, now=now)
    lock_accounts(session, [order.buyer_id])
    sold = system_account(session, SOLD, tenant_id=order.tenant_id, now=now)
    posted = post(
        session,
        Posting(
            tenant_id=order.tenant_id,
            key=f"order:{order.public_id}",
            kind="purchase",
            entries={order.buyer_id: order.credits, sold.id: -order.credits},
            at=now,
            details={"order": order.public_id, "reference": order.reference},
        ),
    )
    order.state, order.paid_at = OrderState.PAID, now
    return _write(session, order, money, PaymentKind.RECEIVED, now=now, transaction_id=posted.id)


def give_back(
    session: Session, order: Order, money: Money, *, now: datetime, kind: PaymentKind = PaymentKind.RETURNED
) -> Payment:
    """Money of an order went back, all of it or a part: its credits go too, in proportion.

    Credits that were used already are owed: the balance falls below nothing by as much, which the payment records.

    :param kind: ``RETURNED`` or ``DISPUTED``.
    :raises Refused: ``too_early`` while nobody said that the money came; whoever says so says it again later.
    """
    order = lock_order(session, order.id)
    known = _known(session, order, money)
    if known is not None:
        return known
    about = _about(session, order, money)
    if about is None:
        raise _too_early()
    gone = min(_gone(session, order) + money.amount, order.total)
    due = order.credits * gone // order.total - _taken_back(session, order)
    if (
        about.kind is PaymentKind.SURPLUS
        or order.state is not OrderState.PAID
        or money.currency != order.currency
        or due <= 0
    ):
        return _write(session, order, money, kind, now=now)
    lock_accounts(session, [order.buyer_id])
    before = balance(session, order.buyer_id)
    sold = system_account(session, SOLD, tenant_id=order.tenant_id, now=now)
    posted = post(
        session,
        Posting(
            tenant_id=order.tenant_id,
            key=f"returned:{order.public_id}:{money.provider_id}"[:200],
            kind="returned",
            entries={order.buyer_id: -due, sold.id: due},
            at=now,
            reason=money.reason,
            author=money.author,
            details={"order": order.public_id, "reference": order.reference},
        ),
    )
    if gone == order.total:
        order.state = OrderState.RETURNED
    owed = max(0, due - max(0, before))
    return _write(session, order, money, kind, now=now, transaction_id=posted.id, owed=owed)


def restore(session: Session, order: Order, money: Money, *, now: datetime) -> Payment:
    """A dispute was won: the credits that it took come back.

    :param money: ``about`` names the dispute.
    :raises Refused: ``too_early`` while nobody spoke of the dispute.
    """
    order = lock_order(session, order.id)
    known = _known(session, order, money)
    if known is not None:
        return known
    lost = _about(session, order, money)
    if lost is None:
        raise _too_early()
    taken = -_credits_of(session, order, lost)
    if taken <= 0:
        return _write(session, order, money, PaymentKind.RESTORED, now=now)
    lock_accounts(session, [order.buyer_id])
    sold = system_account(session, SOLD, tenant_id=order.tenant_id, now=now)
    posted = post(
        session,
        Posting(
            tenant_id=order.tenant_id,
            key=f"restored:{order.public_id}:{money.provider_id}"[:200],
            kind="restored",
            entries={order.buyer_id: taken, sold.id: -taken},
            at=now,
            reason=money.reason,
            author=money.author,
            details={"order": order.public_id, "reference": order.reference},
        ),
    )
    order.state = OrderState.PAID
    return _write(session, order, money, PaymentKind.RESTORED, now=now, transaction_id=posted.id)


def _too_early() -> Refused:
    return Refused("too_early", _("Nobody said yet that this money came. Say it once more later."))


def _known(session: Session, order: Order, money: Money) -> Payment | None:
    found = session.scalar(
        select(Payment).where(
            Payment.tenant_id == order.tenant_id,
            Payment.method == order.method,
            Payment.provider_id == money.provider_id,
        )
    )
    if found is not None and found.order_id != order.id:
        raise Refused(
            "payment_of_another_order",
            _("This payment was written down for another order: {reference}.").format(
                reference=readable(found.order.reference)
            ),
        )
    return found


def _about(session: Session, order: Order, money: Money) -> Payment | None:
    """The payment that money is about; without a name, the one that brought the credits."""
    query = select(Payment).where(Payment.order_id == order.id)
    if money.about:
        return session.scalar(query.where(Payment.provider_id == money.about))
    return session.scalar(query.where(Payment.kind == PaymentKind.RECEIVED))


def _gone(session: Session, order: Order) -> int:
    """How much of what brought the credits went back so far."""
    gone = 0
    for one in session.scalars(select(Payment).where(Payment.order_id == order.id)):
        if one.about is not None and one.about.kind is PaymentKind.SURPLUS:
            continue
        if one.kind in (PaymentKind.RETURNED, PaymentKind.DISPUTED):
            gone += one.amount
        elif one.kind is PaymentKind.RESTORED:
            gone -= one.amount
    return max(0, gone)


def _taken_back(session: Session, order: Order) -> int:
    """Credits that went back with it so far."""
    changes = session.scalars(
        select(Payment).where(Payment.order_id == order.id, Payment.kind != PaymentKind.RECEIVED)
    )
    return -sum(_credits_of(session, order, one) for one in changes)


def _credits_of(session: Session, order: Order, payment: Payment) -> int:
    """Credits that the buyer got (positive) or lost by a payment."""
    return (
        session.scalar(
            select(Entry.credits).where(
                Entry.transaction_id == payment.transaction_id, Entry.account_id == order.buyer_id
            )
        )
        or 0
    )


def _write(
    session: Session,
    order: Order,
    money: Money,
    kind: PaymentKind,
    *,
    now: datetime,
    transaction_id: int | None = None,
    owed: int = 0,
) -> Payment:
    about = None if kind in (PaymentKind.RECEIVED, PaymentKind.SURPLUS) else _about(session, order, money)
    payment = Payment(
        tenant_id=order.tenant_id,
        order_id=order.id,
        kind=kind,
        method=order.method,
        provider_id=money.provider_id,
        amount=money.amount,
        currency=money.currency,
        at=now,
        author=money.author,
        reason=money.reason,
        payer=money.payer,
        transaction_id=transaction_id,
        owed=owed,
        about_id=about.id if about else None,
    )
    session.add(payment)
    session.flush()
    session.expire(order, ["payments"])
    if transaction_id is not None:
        add_duty(
            session,
            key=f"{AFTER_PAYMENT}:{payment.id}",
            kind=AFTER_PAYMENT,
            due_at=now,
            now=now,
            tenant_id=order.tenant_id,
            data={"payment": payment.id},
        )
    return payment
