"""Issuing: a number and everything that stands on the document, once for each payment that moved credits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre_billing.invoices.models import Invoice, InvoiceCounter, InvoiceKind
from palabre_billing.shop import Order, Payment, PaymentKind, readable, seller_of
from palabre_billing.shop.orders import lock_order

#: What an identity on a document consists of.
_SELLER = ("name", "address", "country", "email", "vat_number", "registration")


def issue(session: Session, payment: Payment, *, now: datetime) -> Invoice | None:
    """The document about a payment, in the caller's transaction; the one there is, when there is one.

    :returns: ``None`` for a payment that moved no credits.
    """
    order = lock_order(session, payment.order_id)
    known = session.scalar(select(Invoice).where(Invoice.payment_id == payment.id))
    if known is not None:
        return known
    if payment.transaction_id is None:
        return None
    _issue_earlier(session, order, payment, now=now)
    is_invoice = payment.kind in (PaymentKind.RECEIVED, PaymentKind.RESTORED)
    net, vat = _amounts(session, order, payment)
    first = _first_invoice(session, order)
    content = {
        **_identities(session, order),
        "reference": readable(order.reference),
        "method": order.method,
        "credits": order.credits,
        "net": net,
        "vat_rate": order.vat_rate,
        "vat": vat,
        "total": net + vat,
        "currency": order.currency,
        "treatment": order.vat_treatment.value,
        "corrects": first.label if first is not None else "",
        "reason": payment.reason,
    }
    year, number = _next_number(session, order.tenant_id, now)
    invoice = Invoice(
        tenant_id=order.tenant_id,
        order_id=order.id,
        payment_id=payment.id,
        kind=InvoiceKind.INVOICE if is_invoice else InvoiceKind.CREDIT_NOTE,
        year=year,
        number=number,
        issued_on=now.date(),
        issued_at=now,
        language=str(order.buyer.get("language") or "en"),
        content=content,
    )
    session.add(invoice)
    session.flush()
    return invoice


def _issue_earlier(session: Session, order: Order, payment: Payment, *, now: datetime) -> None:
    """What a document refers to comes before it, also where two workers make them at once."""
    if payment.kind is PaymentKind.RECEIVED:
        return
    earlier = payment.about if payment.kind is PaymentKind.RESTORED else None
    if earlier is None:
        earlier = session.scalars(
            select(Payment).where(Payment.order_id == order.id, Payment.kind == PaymentKind.RECEIVED)
        ).one()
    issue(session, earlier, now=now)


def _next_number(session: Session, tenant_id: int, now: datetime) -> tuple[int, int]:
    """The next number of the year. Whoever else wants one waits until the caller's transaction ends."""
    query = (
        select(InvoiceCounter)
        .where(InvoiceCounter.tenant_id == tenant_id, InvoiceCounter.year == now.year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    counter = session.scalar(query)
    if counter is None:
        try:
            with session.begin_nested():
                session.add(InvoiceCounter(tenant_id=tenant_id, year=now.year, last=0))
        except IntegrityError:
            pass  # somebody else began the year since we looked; the query below waits for them
        counter = session.scalars(query).one()
    counter.last += 1
    session.flush()
    return counter.year, counter.last


def _identities(session: Session, order: Order) -> dict[str, Any]:
    """Seller and buyer. An invoice keeps them as they are now; what corrects it has those of the invoice."""
    first = _first_invoice(session, order)
    if first is not None:
        return {"seller": first.content["seller"], "buyer": first.content["buyer"]}
    seller = seller_of(session, order.tenant_id)
    return {
        "seller": {name: getattr(seller, name) for name in _SELLER} if seller else dict.fromkeys(_SELLER, ""),
        "buyer": {
            name: order.buyer.get(name, "")
            for name in ("name", "company", "address", "country", "vat_number")
        },
    }


def _first_invoice(session: Session, order: Order) -> Invoice | None:
    return session.scalar(select(Invoice).where(Invoice.order_id == order.id).order_by(Invoice.id).limit(1))


def _amounts(session: Session, order: Order, payment: Payment) -> tuple[int, int]:
    """Net and VAT of a document, so that all documents of an order together come out to the minor unit."""
    if payment.kind is PaymentKind.RECEIVED:
        return order.net, order.vat
    if payment.kind is PaymentKind.RESTORED:
        undone = session.scalar(select(Invoice).where(Invoice.payment_id == payment.about_id))
        return (undone.content["net"], undone.content["vat"]) if undone else (0, 0)
    before = [
        (-1 if one.kind is InvoiceKind.INVOICE else 1, one.content)
        for one in session.scalars(select(Invoice).where(Invoice.order_id == order.id).order_by(Invoice.id))
    ][1:]  # all but the invoice itself
    gone = sum(sign * content["total"] for sign, content in before)
    gone_net = sum(sign * content["net"] for sign, content in before)
    total = min(gone + payment.amount, order.total)
    net = order.net * total // order.total - gone_net
    return net, total - gone - net
