"""The pages on which credits are bought: packs, the order, its payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy.orm import Session

from palabre.toolkit import Account, NotFound, Refused, current_language, current_tenant, public_id
from palabre.toolkit import gettext as _
from palabre_billing.invoices import invoices_of
from palabre_billing.ledger import balance, own_account
from palabre_billing.payments import begin_payment, check_payment, known_methods, offered_methods
from palabre_billing.shop import (
    BuyerEntry,
    Order,
    OrderState,
    cancel_order,
    find_pack,
    last_entry,
    own_order,
    own_orders,
    packs_of,
    place_order,
    quote_of,
    seller_of,
)
from palabre_billing.typed import whole_number
from palabre_webui.toolkit import application, limited, permission, signed_in

#: How often the page of an order looks again by itself after the buyer came back, every few seconds.
LOOKS = 20


def add_buying(pages: Blueprint) -> None:
    """Put the pages of buying on a blueprint."""
    pages.get("/buy")(choose)
    pages.get("/buy/<pack>")(order_form)
    pages.post("/buy/<pack>")(confirm)
    pages.get("/orders")(orders)
    pages.post("/orders")(order_now)
    pages.get("/orders/<order>")(show_order)
    pages.get("/orders/<order>/go")(go_on)
    pages.get("/orders/<order>/back")(come_back)
    pages.post("/orders/<order>/pay")(pay)
    pages.post("/orders/<order>/cancel")(cancel)


@permission("account")
def choose() -> ResponseReturnValue:
    """What is on sale."""
    with application().db.reading() as session:
        me = my_account(session)
        account = own_account(session, me.id)
        return render_template(
            "billing/buy.html",
            packs=packs_of(session, me.tenant_id),
            can_pay=bool(_methods(session, me)),
            balance=balance(session, account.id) if account else 0,
            needed=_needed(),
        )


@permission("account")
def order_form(pack: str) -> ResponseReturnValue:
    """Whom the invoice is for, and how to pay."""
    with application().db.reading() as session:
        return _order_form(session, pack, last_entry(session, my_account(session)), "", {})


@permission("account")
def confirm(pack: str) -> ResponseReturnValue:
    """What the order costs with its VAT, before it is one."""
    with application().db.reading() as session:
        me = my_account(session)
        method = request.form.get("method", "")[:64]
        if request.form.get("change"):
            return _order_form(session, pack, typed_buyer(), method, {})
        try:
            entry = typed_buyer()
            if method not in {known.name for known in _methods(session, me)}:
                raise Refused("no_method", _("Choose how to pay."))
            found = find_pack(session, tenant_id=me.tenant_id, public_id=pack)
            quote = quote_of(session, me, found, entry)
        except Refused as refused:
            return _order_form(session, pack, _kept(), method, {_field(refused): refused.message}), 422
        return render_template(
            "billing/confirm.html",
            pack=found,
            entry=entry,
            country=countries().get(entry.country, entry.country),
            quote=quote,
            method=known_methods(application())[method],
            seller=seller_of(session, me.tenant_id),
            once=public_id(),
        )


@permission("account")
@limited("20 per minute")
def order_now() -> ResponseReturnValue:
    """Place the order and begin to pay."""
    app = application()
    try:
        with app.db.transaction() as session:
            me = my_account(session)
            if request.form.get("method", "") not in {known.name for known in _methods(session, me)}:
                raise Refused("no_method", _("Choose how to pay."))
            order = place_order(
                session,
                buyer=me,
                pack=find_pack(session, tenant_id=me.tenant_id, public_id=request.form.get("pack", "")[:64]),
                entry=typed_buyer(),
                method=request.form["method"],
                now=app.clock.now(),
                public_id=_once(),
            )
    except Refused as refused:
        flash(refused.message, "warn")
        return redirect("/plugins/billing/buy", 303)
    return _begin(order)


@permission("account")
def pay(order: str) -> ResponseReturnValue:
    """Begin to pay once more, or go on."""
    with application().db.reading() as session:
        return _begin(own_order(session, account_id=my_account(session).id, public_id=order))


@permission("account")
def go_on(order: str) -> ResponseReturnValue:
    """On to the provider. By a page of its own: a browser does not let a form lead to another site."""
    with application().db.reading() as session:
        found = own_order(session, account_id=my_account(session).id, public_id=order)
        url = found.next_step.get("url", "")
        if found.state is not OrderState.WAITING or not url.startswith(("https://", "http://")):
            return redirect(f"/plugins/billing/orders/{order}", 303)
        return render_template("billing/go.html", order=found, url=url, method=_title(found))


@permission("account")
def come_back(order: str) -> ResponseReturnValue:
    """Back from the provider, paid or not: ask it how things stand."""
    app = application()
    with app.db.reading() as session:
        found = own_order(session, account_id=my_account(session).id, public_id=order)
    if found.state is not OrderState.PAID:
        try:
            check_payment(app, tenant_id=found.tenant_id, order_id=found.id)
        except Refused as refused:
            flash(refused.message, "warn")
    return redirect(f"/plugins/billing/orders/{order}?looks={LOOKS}", 303)


@permission("account")
def show_order(order: str) -> ResponseReturnValue:
    """Where an order stands, and what there is to do."""
    with application().db.reading() as session:
        me = my_account(session)
        found = own_order(session, account_id=me.id, public_id=order)
        waits = found.state is OrderState.WAITING and bool(found.next_step.get("url"))
        return render_template(
            "billing/order.html",
            order=found,
            documents=invoices_of(session, [found])[found.id],
            step=found.next_step,
            method=_title(found),
            balance=balance(session, found.buyer_id),
            looks=min(whole_number(request.args.get("looks", "")) or 0, LOOKS) if waits else 0,
        )


@permission("account")
def orders() -> ResponseReturnValue:
    """Everything that was ordered."""
    with application().db.reading() as session:
        return render_template(
            "billing/orders.html", orders=own_orders(session, account_id=my_account(session).id, limit=500)
        )


@permission("account")
def cancel(order: str) -> ResponseReturnValue:
    """Give an order up that is not paid."""
    try:
        with application().db.transaction() as session:
            cancel_order(session, own_order(session, account_id=my_account(session).id, public_id=order))
    except NotFound:
        raise
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("The order is cancelled."), "good")
    return redirect(f"/plugins/billing/orders/{order}", 303)


def my_account(session: Session) -> Account:
    """Who asks, as a row."""
    who = signed_in()
    if who is None or current_tenant() is None:
        abort(401)
    return session.get_one(Account, who.id)


def countries() -> dict[str, str]:
    """Countries by their code, in the reader's language, by name."""
    territories = Locale.parse(current_language()).territories
    known = {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return dict(sorted(known.items(), key=lambda pair: pair[1]))


def typed_buyer() -> BuyerEntry:
    """Whom the invoice is for, as it was typed.

    :raises Refused: code ``bad_buyer`` for what no form of ours sends.
    """
    try:
        return BuyerEntry(**{name: request.form.get(name, "") for name in BuyerEntry.model_fields})
    except ValidationError:
        raise Refused("bad_buyer", _("Something is too long, or the country is missing.")) from None


#: What Babel lists among territories and is no country: unions, zones, test codes.
_NO_COUNTRIES = frozenset(
    ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "CQ")
)

_FIELDS = {
    "no_buyer_name": "name",
    "no_buyer_address": "address",
    "bad_vat_number": "vat_number",
    "no_method": "method",
}


def _field(refused: Refused) -> str:
    return _FIELDS.get(refused.code, "name")


def _kept() -> Mapping[str, str]:
    return {name: request.form.get(name, "")[:1000] for name in BuyerEntry.model_fields}


def _order_form(
    session: Session,
    pack: str,
    entry: BuyerEntry | Mapping[str, str],
    method: str,
    problems: Mapping[str, str],
) -> str:
    me = my_account(session)
    methods = _methods(session, me)
    return render_template(
        "billing/order_form.html",
        pack=find_pack(session, tenant_id=me.tenant_id, public_id=pack),
        entry=entry,
        countries=countries(),
        methods=methods,
        method=method or (methods[0].name if len(methods) == 1 else ""),
        problems=problems,
        seller=seller_of(session, me.tenant_id),
    )


def _methods(session: Session, me: Account) -> list[Any]:
    seller = seller_of(session, me.tenant_id)
    if seller is None:
        return []
    return offered_methods(application(), session, tenant_id=me.tenant_id, currency=seller.currency)


def _title(order: Order) -> str:
    known = known_methods(application()).get(order.method)
    return known.title if known else order.method


def _begin(order: Order) -> ResponseReturnValue:
    app = application()
    try:
        begin_payment(app, tenant_id=order.tenant_id, order_id=order.id)
    except Refused as refused:
        flash(refused.message, "warn")
        return redirect(f"/plugins/billing/orders/{order.public_id}", 303)
    with app.db.reading() as session:
        begun = own_order(session, account_id=my_account(session).id, public_id=order.public_id)
    where = "/go" if begun.next_step.get("url") else ""
    return redirect(f"/plugins/billing/orders/{order.public_id}{where}", 303)


def _once() -> str | None:
    typed = request.form.get("once", "")
    return typed if 16 <= len(typed) <= 32 and typed.isascii() and typed.isalnum() else None


def _needed() -> int:
    return min(whole_number(request.args.get("needed", "")) or 0, 1_000_000)
