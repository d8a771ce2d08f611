"""Orders as the desk sees them: what waits for money, what came and was not expected, what is to go back."""

from __future__ import annotations

from datetime import datetime

import structlog
from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from palabre.toolkit import Application, NotFound, Refused, current_tenant
from palabre.toolkit import gettext as _
from palabre_billing.invoices import invoices_of
from palabre_billing.ledger import balance
from palabre_billing.payments import Ordered, desk_for, known_methods
from palabre_billing.payments.keys import opened, row_of
from palabre_billing.shop import (
    Money,
    Order,
    OrderState,
    Payment,
    PaymentKind,
    cancel_order,
    find_order,
    give_back,
    packs_of,
    search_orders,
    seller_of,
    settle,
)
from palabre_billing.shop.money import minor_units
from palabre_billing.shop.orders import PER_PAGE
from palabre_billing.typed import whole_number
from palabre_webui.toolkit import application, permission, signed_in

log = structlog.get_logger(__name__)


def add_orders(pages: Blueprint) -> None:
    """Put these pages on a blueprint."""
    pages.get("/desk/")(overview)
    pages.get("/desk/orders")(all_orders)
    pages.get("/desk/orders/<order>")(one_order)
    pages.post("/desk/orders/<order>/received")(received)
    pages.post("/desk/orders/<order>/return")(money_back)
    pages.post("/desk/orders/<order>/cancel")(give_up)


@permission("administrator")
def overview() -> ResponseReturnValue:
    """What is to be done, and what is missing."""
    tenant_id = tenant()
    with application().db.reading() as session:
        return render_template(
            "billing/desk/overview.html",
            waiting=search_orders(session, tenant_id=tenant_id, state=OrderState.WAITING, limit=20),
            surplus=surplus(session, tenant_id),
            missing=missing(application(), session, tenant_id),
        )


@permission("administrator")
def all_orders() -> ResponseReturnValue:
    """Every order, by state and by what is searched."""
    state = next((one for one in OrderState if one.value == request.args.get("state")), None)
    search, before = request.args.get("q", "").strip()[:100], whole_number(request.args.get("before", ""))
    with application().db.reading() as session:
        found = search_orders(
            session, tenant_id=tenant(), search=search, state=state, before=before, limit=PER_PAGE + 1
        )
        return render_template(
            "billing/desk/orders.html",
            orders=found[:PER_PAGE],
            older=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
            search=search,
            state=state.value if state else "",
        )


@permission("administrator")
def one_order(order: str) -> ResponseReturnValue:
    """One order with everything that happened to its money."""
    with application().db.reading() as session:
        found = find_order(session, tenant_id=tenant(), public_id=order)
        known = known_methods(application()).get(found.method)
        return render_template(
            "billing/desk/order.html",
            order=found,
            documents=invoices_of(session, [found])[found.id],
            payments=found.payments,
            method=known.title if known else found.method,
            can_refund=bool(known and known.can_refund),
            returnable=returnable(found),
            balance=balance(session, found.buyer_id),
        )


@permission("administrator")
def received(order: str) -> ResponseReturnValue:
    """The money of an order came: an administrator says so."""
    app = application()
    try:
        with app.db.transaction() as session:
            found = find_order(session, tenant_id=tenant(), public_id=order)
            money = Money(
                provider_id=f"desk:{found.public_id}",
                amount=found.total,
                currency=found.currency,
                author=administrator(),
                reason=request.form.get("note", "").strip()[:500],
            )
            payment = settle(session, found, money, now=app.clock.now())
            came = payment.kind is PaymentKind.RECEIVED
    except NotFound:
        raise
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        if came:
            flash(_("The credits are on the customer’s account."), "good")
        else:
            flash(_("This order was paid already."), "warn")
    return redirect(f"/plugins/billing/desk/orders/{order}", 303)


@permission("administrator")
def money_back(order: str) -> ResponseReturnValue:
    """Give money back: by the provider where it can, otherwise it was done by hand."""
    app = application()
    try:
        with app.db.reading() as session:
            found = find_order(session, tenant_id=tenant(), public_id=order)
            payment = next(
                (one for one in found.payments if str(one.id) == request.form.get("payment")), None
            ) or abort(400)
            reason = request.form.get(f"reason-{payment.id}", "").strip()[:500]
            if not reason:
                raise Refused("no_reason", _("Say why: the customer reads it."))
            amount = minor_units(request.form.get(f"amount-{payment.id}", "")[:40], found.currency)
            if amount > returnable(found).get(payment.id, 0):
                raise Refused("too_much", _("That is more than can go back."))
            desk = desk_for(app, session, tenant_id=found.tenant_id, name=found.method)
        known = known_methods(app).get(found.method)
        if known is not None and known.can_refund and not payment.provider_id.startswith("desk:"):
            known.method.refund(  # type: ignore[attr-defined]
                Ordered.of(found), payment.provider_id, amount, reason, desk
            )
        else:
            _by_hand(found, payment, amount, reason)
    except NotFound:
        raise
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("Written down: {reason}").format(reason=reason), "good")
    return redirect(f"/plugins/billing/desk/orders/{order}", 303)


@permission("administrator")
def give_up(order: str) -> ResponseReturnValue:
    """Wait for the money no more."""
    try:
        with application().db.transaction() as session:
            cancel_order(session, find_order(session, tenant_id=tenant(), public_id=order))
    except NotFound:
        raise
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("The order is cancelled."), "good")
    return redirect(f"/plugins/billing/desk/orders/{order}", 303)


def tenant() -> int:
    """The tenant that is administered."""
    found = current_tenant()
    if found is None:
        abort(503)
    return found.id


def administrator() -> str:
    """Who answers for what is done at the desk: kept for ever."""
    who = signed_in()
    if who is None:
        abort(401)
    return who.email


def surplus(session: Session, tenant_id: int) -> list[Payment]:
    """Money that came and brought no credits, and has not gone back."""
    back = aliased(Payment)
    query = (
        select(Payment)
        .outerjoin(back, (back.about_id == Payment.id) & (back.kind == PaymentKind.RETURNED))
        .where(Payment.tenant_id == tenant_id, Payment.kind == PaymentKind.SURPLUS)
        .group_by(Payment.id)
        .having(func.coalesce(func.sum(back.amount), 0) < Payment.amount)
        .order_by(Payment.id.desc())
        .limit(50)
        .options(joinedload(Payment.order))
    )
    return list(session.scalars(query).unique())


def returnable(order: Order) -> dict[int, int]:
    """How much of each payment that came can still go back, by the payment's id, in minor units."""
    left = {
        one.id: one.amount
        for one in order.payments
        if one.kind in (PaymentKind.RECEIVED, PaymentKind.SURPLUS)
    }
    first = next((one.id for one in order.payments if one.kind is PaymentKind.RECEIVED), None)
    for one in order.payments:
        about = one.about_id if one.about_id in left else first
        if about is None:
            continue
        if one.kind in (PaymentKind.RETURNED, PaymentKind.DISPUTED):
            left[about] -= one.amount
        elif one.kind is PaymentKind.RESTORED:
            left[about] += one.amount
    return {payment: amount for payment, amount in left.items() if amount > 0}


def missing(app: Application, session: Session, tenant_id: int) -> list[tuple[str, str]]:
    """What is still to be set before customers can buy: sentences, with the page where it is done."""
    found = []
    seller = seller_of(session, tenant_id)
    if seller is None:
        found.append((_("Write down who sells."), "/plugins/billing/desk/shop"))
    if not packs_of(session, tenant_id):
        found.append((_("Put a pack of credits on sale."), "/plugins/billing/desk/shop#packs"))
    ready = 0
    for known in known_methods(app).values():
        row = row_of(session, tenant_id=tenant_id, method=known.name)
        if row is None or not row.is_on:
            continue
        lacking = known.missing(opened(app, row))
        ready += not lacking
        found += [
            (_("{method}: {setting} is missing.").format(method=known.title, setting=field.label), _METHODS)
            for field in lacking
        ]
    if not ready:
        found.append((_("Set up a way to pay."), _METHODS))
    return found


_METHODS = "/plugins/billing/desk/methods"


def _by_hand(order: Order, payment: Payment, amount: int, reason: str) -> None:
    app = application()
    now: datetime = app.clock.now()
    money = Money(
        provider_id=f"desk:{payment.id}:{request.form.get('once', '')[:32]}",
        amount=amount,
        currency=order.currency,
        author=administrator(),
        reason=reason,
        about=payment.provider_id,
    )
    with app.db.transaction() as session:
        give_back(
            session, find_order(session, tenant_id=order.tenant_id, public_id=order.public_id), money, now=now
        )
