"""What a tenant sells and how it is paid: seller, packs, methods, prices of meetings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from palabre.toolkit import Chargeable, Refused, known_chargeables
from palabre.toolkit import gettext as _
from palabre_billing.buying import countries
from palabre_billing.desk.orders import administrator, tenant
from palabre_billing.payments import Known, known_methods
from palabre_billing.payments.keys import opened, row_of, set_values
from palabre_billing.prices import WhenEmpty, current_prices, set_prices, set_terms, terms_of
from palabre_billing.shop import (
    SellerEntry,
    add_pack,
    find_pack,
    packs_of,
    seller_of,
    set_seller,
    withdraw_pack,
)
from palabre_billing.shop.money import minor_units
from palabre_billing.typed import whole_number
from palabre_webui.toolkit import application, permission


def add_setting_up(pages: Blueprint) -> None:
    """Put these pages on a blueprint."""
    pages.get("/desk/shop")(shop)
    pages.post("/desk/shop")(keep_seller)
    pages.get("/desk/packs")(shop)  # where a browser is that loads the page again
    pages.post("/desk/packs")(new_pack)
    pages.post("/desk/packs/<pack>/withdraw")(no_more)
    pages.get("/desk/methods")(methods)
    pages.post("/desk/methods/<method>")(keep_method)
    pages.get("/desk/prices")(prices)
    pages.post("/desk/prices")(keep_prices)


@permission("administrator")
def shop() -> ResponseReturnValue:
    """Who sells, and what is on sale."""
    return _shop({}, {})


@permission("administrator")
def keep_seller() -> ResponseReturnValue:
    """Write down who sells."""
    typed = {name: request.form.get(name, "").strip()[:1000] for name in SellerEntry.model_fields}
    try:
        entry = SellerEntry.model_validate(
            {
                **typed,
                "currency": typed["currency"].upper(),
                "vat_rate": _rate(typed["vat_rate"]),
                "referrer_bonus": typed["referrer_bonus"] or 0,
                "referred_bonus": typed["referred_bonus"] or 0,
            }
        )
        with application().db.transaction() as session:
            set_seller(session, tenant_id=tenant(), entry=entry)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        return _shop(typed, {field: _("This is too long, or no number.")}), 422
    except Refused as refused:
        return _shop(typed, {_FIELDS.get(refused.code, "name"): refused.message}), 422
    flash(_("Kept. It counts for orders from now on."), "good")
    return redirect("/plugins/billing/desk/shop", 303)


@permission("administrator")
def new_pack() -> ResponseReturnValue:
    """Put a pack on sale."""
    app = application()
    try:
        with app.db.transaction() as session:
            seller = seller_of(session, tenant())
            if seller is None:
                raise Refused("no_seller", _("First write down who sells: name, address, currency."))
            add_pack(
                session,
                tenant_id=tenant(),
                credits=whole_number(request.form.get("credits", "")) or 0,
                net=minor_units(request.form.get("net", "")[:40], seller.currency),
                now=app.clock.now(),
            )
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("The pack is on sale."), "good")
    return redirect("/plugins/billing/desk/shop#packs", 303)


@permission("administrator")
def no_more(pack: str) -> ResponseReturnValue:
    """Sell a pack no more."""
    app = application()
    with app.db.transaction() as session:
        withdraw_pack(session, find_pack(session, tenant_id=tenant(), public_id=pack), now=app.clock.now())
    flash(_("The pack is not sold any more. What was ordered stays as it is."), "good")
    return redirect("/plugins/billing/desk/shop#packs", 303)


@permission("administrator")
def methods() -> ResponseReturnValue:
    """The ways to pay, and what is set for each."""
    return _methods("", {})


@permission("administrator")
def keep_method(method: str) -> ResponseReturnValue:
    """Set a way to pay up. A secret that is left empty stays what it was."""
    app = application()
    known = known_methods(app).get(method) or abort(404)
    typed = {
        field.name: request.form.get(f"{method}-{field.name}", "").strip()[:4000] for field in known.fields
    }
    is_on = request.form.get("is_on") == "on"
    find = getattr(known.method, "problem", None)
    problem: tuple[str, str] | None = find(typed) if is_on and find is not None else None
    if problem is not None:
        return _methods(method, {f"{method}-{problem[0]}": problem[1]}, typed), 422
    try:
        with app.db.transaction() as session:
            set_values(
                app,
                session,
                tenant_id=tenant(),
                method=method,
                fields=known.fields,
                values=typed,
                is_on=is_on,
            )
    except Refused as refused:
        return _methods(method, {f"{method}-{known.fields[0].name}": refused.message}, typed), 422
    flash(_("Kept: {method}").format(method=known.title), "good")
    return redirect("/plugins/billing/desk/methods", 303)


@permission("administrator")
def prices() -> ResponseReturnValue:
    """What meetings cost, and what becomes of one that cannot pay."""
    with application().db.reading() as session:
        current = current_prices(session, tenant())
        terms = terms_of(session, tenant())
        return render_template(
            "billing/desk/prices.html",
            lines=[
                (
                    _input(one.name, value),
                    f"{one.title} {words}".strip(),
                    one.unit,
                    current.of(one.name, value),
                )
                for one, value, words in _priced()
            ],
            free_hours=current.free_hours,
            when_empty=terms.when_empty.value,
            allowed_debt=terms.allowed_debt,
        )


@permission("administrator")
def keep_prices() -> ResponseReturnValue:
    """A new list of prices, from the next start of each meeting."""
    app = application()
    try:
        typed = {
            (one.name, value): request.form.get(_input(one.name, value), "").strip()
            for one, value, _words in _priced()
        }
        credits = {which: _number(amount) for which, amount in typed.items() if amount}
        with app.db.transaction() as session:
            set_prices(
                session,
                tenant_id=tenant(),
                credits=credits,
                free_hours=_number(request.form.get("free_hours", "").strip() or "0"),
                author=administrator(),
                now=app.clock.now(),
            )
            goes_on = request.form.get("when_empty") == WhenEmpty.DEBT.value
            set_terms(
                session,
                tenant_id=tenant(),
                when_empty=WhenEmpty.DEBT if goes_on else WhenEmpty.STOP,
                allowed_debt=_number(request.form.get("allowed_debt", "").strip() or "0") if goes_on else 0,
            )
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("Kept. Prices count from the next start of each meeting."), "good")
    return redirect("/plugins/billing/desk/prices", 303)


_FIELDS = {
    "no_seller_address": "address",
    "bad_currency": "currency",
    "bad_vat_number": "vat_number",
    "bad_rate": "vat_rate",
}


def _shop(typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    with application().db.reading() as session:
        seller = seller_of(session, tenant())
        return render_template(
            "billing/desk/shop.html",
            seller=seller,
            entry=typed or seller or SellerEntry(),
            vat_rate=typed.get("vat_rate")
            or _plain_rate(seller.vat_rate if seller else SellerEntry().vat_rate),
            problems=problems,
            packs=packs_of(session, tenant()),
            countries=countries(),
        )


def _methods(method: str, problems: Mapping[str, str], typed: Mapping[str, str] | None = None) -> str:
    app = application()
    shown = []
    with app.db.reading() as session:
        for known in known_methods(app).values():
            row = row_of(session, tenant_id=tenant(), method=known.name)
            kept = opened(app, row) if row is not None else {}
            values = {**kept, **(typed or {})} if known.name == method else kept
            shown.append(
                (
                    known,
                    values,
                    row is not None and row.is_on,
                    _state(known, kept, row is not None and row.is_on),
                )
            )
    return render_template("billing/desk/methods.html", methods=shown, problems={method: problems})


def _state(known: Known, values: Mapping[str, str], is_on: bool) -> str:
    lacking = known.missing(values)
    if is_on and not lacking:
        return "ready"
    return "lacking" if is_on else "off"


def _priced() -> list[tuple[Chargeable, str, str]]:
    return [
        (one, value, words)
        for one in known_chargeables(application().plugins)
        for value, words in one.variants or (("", ""),)
    ]


def _input(chargeable: str, variant: str) -> str:
    return f"price-{chargeable}-{variant}".replace(".", "_")


def _number(typed: str) -> int:
    number = whole_number(typed)
    if number is None:
        raise Refused("bad_number", _("Write a whole number."))
    return number


def _rate(typed: str) -> int:
    """A rate of VAT in hundredths of a per cent."""
    try:
        scaled = Decimal(typed.replace(",", ".").removesuffix("%").strip() or "0").scaleb(2)
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 <= scaled <= 10_000:
        raise Refused("bad_rate", _("Write a rate such as 20 or 5.5."))
    return int(scaled)


def _plain_rate(rate: int) -> str:
    return f"{(Decimal(rate) / 100).normalize():f}"
