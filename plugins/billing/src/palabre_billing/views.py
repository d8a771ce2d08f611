"""The page *Billing*, and the movements as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from palabre.toolkit import current_tenant, known_chargeables
from palabre_billing.buying import add_buying
from palabre_billing.consumption.pages import add_consumption
from palabre_billing.desk import add_desk
from palabre_billing.invoices.pages import add_invoices
from palabre_billing.ledger import balance, own_account
from palabre_billing.payments import known_methods
from palabre_billing.prices import current_prices
from palabre_billing.referral import has_bonus
from palabre_billing.referral.pages import add_referral
from palabre_billing.shop import in_money, in_percent, own_orders, packs_of, readable
from palabre_billing.shop.money import plain_amount, share
from palabre_billing.statement import (
    PER_PAGE,
    Movement,
    every_movement,
    kind_in_words,
    month_in_words,
    movements,
    signed,
    terms_in_words,
)
from palabre_billing.typed import whole_number
from palabre_billing.webhooks import add_webhooks
from palabre_webui.toolkit import application, permission, signed_in

#: What a spreadsheet would take for a formula when a cell begins with it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def make_pages() -> Blueprint:
    """The pages, for one web service: Flask lets each blueprint be set up once."""
    pages = Blueprint("billing", __name__, template_folder="templates")
    pages.get("/")(show)
    pages.get("/movements.csv")(export)
    pages.context_processor(_words)
    add_buying(pages)
    add_webhooks(pages)
    add_consumption(pages)
    add_desk(pages)
    add_invoices(pages)
    add_referral(pages)
    return pages


def _words() -> dict[str, Any]:
    """What the templates of billing can say."""
    return {
        "choices_of": lambda methods: [(known.name, known.title, "") for known in methods],
        "in_money": in_money,
        "in_percent": in_percent,
        "method_words": _method_words,
        "month_words": month_in_words,
        "movement_words": kind_in_words,
        "plain_amount": plain_amount,
        "readable": readable,
        "share": share,
        "signed": signed,
    }


def _method_words(name: str) -> str:
    known = known_methods(application()).get(name)
    return known.title if known else name


@permission("account")
def show() -> ResponseReturnValue:
    """Balance, movements, prices."""
    who, tenant = signed_in(), current_tenant()
    if who is None or tenant is None:
        abort(401)
    with application().db.reading() as session:
        account = own_account(session, who.id)
        found = movements(session, account.id, before=_before(), limit=PER_PAGE + 1) if account else []
        prices = current_prices(session, tenant.id)
        return render_template(
            "billing/overview.html",
            balance=balance(session, account.id) if account else 0,
            movements=found[:PER_PAGE],
            older=found[PER_PAGE - 1].number if len(found) > PER_PAGE else None,
            is_first=_before() is None,
            prices=_priced(prices.credits),
            free_hours=prices.free_hours,
            terms=terms_in_words(session, tenant.id),
            orders=own_orders(session, account_id=who.id, limit=5),
            can_buy=bool(packs_of(session, tenant.id)),
            runs_the_shop=who.is_operator,
            can_refer=has_bonus(session, tenant.id) is not None,
        )


@permission("account")
def export() -> ResponseReturnValue:
    """Every movement as a table (CSV, UTF-8, times in UTC)."""
    who = signed_in()
    if who is None:
        abort(401)
    db = application().db
    with db.reading() as session:
        account = own_account(session, who.id)
    rows = every_movement(db, account.id) if account else iter(())
    return Response(
        _table(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="movements.csv"'},
    )


def _table(rows: Iterator[Movement]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # by which spreadsheets know UTF-8
    yield _line(["number", "at", "kind", "credits", "meeting", "name", "hour", "reason"])
    for one in rows:
        values = [one.number, one.at.isoformat(), one.kind, one.credits, one.meeting, one.meeting_name]
        yield _line([*values, one.hour, one.reason])


def _line(values: list[object]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(["" if one is None else _harmless(one) for one in values])
    return written.getvalue().encode()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _priced(credits: Mapping[tuple[str, str], int]) -> list[tuple[str, str, str, int]]:
    """What has a price: title, variant, unit, credits."""
    return [
        (one.title, words, one.unit, credits[one.name, value])
        for one in known_chargeables(application().plugins)
        for value, words in one.variants or (("", ""),)
        if (one.name, value) in credits
    ]


def _before() -> int | None:
    return whole_number(request.args.get("before", ""))
