"""Statements: the bank's, from which transfers are matched with orders; and the tenant's own, per period."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre.toolkit import Refused, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.desk.bank import Line, read_statement
from palabre_billing.desk.orders import administrator, tenant
from palabre_billing.ledger import Entry, LedgerAccount, Transaction
from palabre_billing.shop import (
    Money,
    Order,
    OrderState,
    Payment,
    PaymentKind,
    find_order,
    references_in,
    seller_of,
    settle,
)
from palabre_billing.shop.money import plain_amount
from palabre_webui.toolkit import application, longest_form, offload, permission

#: Longest statement of a bank, and the form that comes back from its preview, in bytes.
LONGEST = 8 * 1024 * 1024


def add_statements(pages: Blueprint) -> None:
    """Put these pages on a blueprint."""
    pages.get("/desk/bank")(bank)
    pages.post("/desk/bank")(preview)
    pages.get("/desk/bank/settle")(bank)  # where a browser is that loads the page again
    pages.post("/desk/bank/settle")(settle_chosen)
    pages.get("/desk/period")(period)
    pages.get("/desk/period.csv")(period_table)


@dataclass(frozen=True)
class Match:
    """An entry of a bank's statement, and what it pays.

    :param order: ``None`` when no reference in it is known.
    :param state: ``exact``, ``amount`` (differs), ``paid`` (the order was paid before), ``known`` (this very entry was
        written down before), ``nothing``.
    """

    line: Line
    order: Order | None
    state: str


@permission("administrator")
def bank() -> ResponseReturnValue:
    """Where a bank's statement is given."""
    return render_template("billing/desk/bank.html", matches=None, problem=None)


@permission("administrator")
@longest_form(LONGEST)
def preview() -> ResponseReturnValue:
    """What each entry of the statement would pay."""
    given = request.files.get("statement")
    content = given.read() if given else b""
    try:
        if not content:
            raise Refused("no_statement", _("Choose the file of your bank."))
        with application().db.reading() as session:
            seller = seller_of(session, tenant())
        # of thousands of lines, that takes seconds
        lines = offload(read_statement, content, currency=seller.currency if seller else "EUR")
        with application().db.reading() as session:
            matches = match(session, tenant(), lines)
            return render_template("billing/desk/bank.html", matches=matches, problem=None)
    except Refused as refused:
        return render_template("billing/desk/bank.html", matches=None, problem=refused.message), 422


@permission("administrator")
@longest_form(LONGEST)
def settle_chosen() -> ResponseReturnValue:
    """Credit the orders whose entries were ticked, each in a transaction of its own."""
    app = application()
    done, surplus = 0, 0
    try:
        chosen = [
            (Line.model_validate(one["line"]), str(one["order"]))
            for one in map(json.loads, request.form.getlist("pays"))
        ]
    except (ValidationError, ValueError, TypeError, KeyError):
        abort(400)
    for line, public_id in chosen:
        with app.db.transaction() as session:
            order = find_order(session, tenant_id=tenant(), public_id=public_id)
            money = Money(
                provider_id=line.bank_id,
                amount=line.amount,
                currency=line.currency,
                author=administrator(),
                payer=line.iban,
            )
            is_right = settle(session, order, money, now=app.clock.now()).kind is PaymentKind.RECEIVED
        done, surplus = done + is_right, surplus + (not is_right)
    if done:
        flash(ngettext("%(num)s order is paid.", "%(num)s orders are paid.", done) % {"num": done}, "good")
    if surplus:
        flash(
            ngettext(
                "%(num)s payment is not what was agreed; it is written down as to be given back.",
                "%(num)s payments are not what was agreed; they are written down as to be given back.",
                surplus,
            )
            % {"num": surplus},
            "warn",
        )
    return render_template("billing/desk/bank.html", matches=None, problem=None)


def match(session: Session, tenant_id: int, lines: Sequence[Line]) -> list[Match]:
    """What each entry pays, in two queries however many there are."""
    named = {line.bank_id: references_in(line.text) for line in lines}
    references = {one for found in named.values() for one in found}
    orders = {
        order.reference: order
        for piece in _pieces(sorted(references))
        for order in session.scalars(
            select(Order).where(Order.tenant_id == tenant_id, Order.reference.in_(piece))
        )
    }
    known = {
        one
        for piece in _pieces([line.bank_id for line in lines])
        for one in session.scalars(
            select(Payment.provider_id).where(Payment.tenant_id == tenant_id, Payment.provider_id.in_(piece))
        )
    }
    return [
        _match(line, [orders[one] for one in named[line.bank_id] if one in orders], known) for line in lines
    ]


def _match(line: Line, orders: list[Order], known: set[str]) -> Match:
    order = orders[0] if orders else None
    if order is None:
        return Match(line, None, "nothing")
    if line.bank_id in known:
        return Match(line, order, "known")
    if order.state in (OrderState.PAID, OrderState.RETURNED):
        return Match(line, order, "paid")
    if order.method != "transfer" or (line.amount, line.currency) != (order.total, order.currency):
        return Match(line, order, "amount")
    return Match(line, order, "exact")


def _pieces(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + 500] for start in range(0, len(values), 500))


@permission("administrator")
def period() -> ResponseReturnValue:
    """What was sold and used between two days."""
    first, last = _days()
    with application().db.reading() as session:
        credits, money = sums(session, tenant(), first, last)
        return render_template(
            "billing/desk/period.html", first=first, last=last, credits=credits, money=money
        )


@permission("administrator")
def period_table() -> ResponseReturnValue:
    """The same as a table (CSV, UTF-8)."""
    first, last = _days()
    with application().db.reading() as session:
        credits, money = sums(session, tenant(), first, last)
    written = io.StringIO("\ufeff")
    written.seek(0, io.SEEK_END)
    table = csv.writer(written)
    table.writerow(["from", "to", "what", "kind", "number", "sum", "currency"])
    for kind, number, total in credits:
        table.writerow([first, last, "credits", kind, number, total, ""])
    for method, kind, currency, number, total in money:
        table.writerow([first, last, method, kind, number, plain_amount(total, currency), currency])
    return Response(
        written.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="statement-{first}-{last}.csv"'},
    )


def sums(
    session: Session, tenant_id: int, first: date, last: date
) -> tuple[list[tuple[str, int, int]], list[tuple[str, str, str, int, int]]]:
    """What moved between two days (UTC), both included.

    :returns: credits of customers by kind (kind, number of movements, sum), and money by method, kind and currency
        (…, number of payments, sum in minor units).
    """
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    credits = session.execute(
        select(Transaction.kind, func.count(), func.sum(Entry.credits))
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(
            Transaction.tenant_id == tenant_id,
            LedgerAccount.is_customer,
            Transaction.at >= begin,
            Transaction.at < end,
        )
        .group_by(Transaction.kind)
        .order_by(Transaction.kind)
    )
    money = session.execute(
        select(Payment.method, Payment.kind, Payment.currency, func.count(), func.sum(Payment.amount))
        .where(Payment.tenant_id == tenant_id, Payment.at >= begin, Payment.at < end)
        .group_by(Payment.method, Payment.kind, Payment.currency)
        .order_by(Payment.method, Payment.kind)
    )
    return (
        [(kind, number, int(total)) for kind, number, total in credits],
        [
            (method, kind.value, currency, number, int(total))
            for method, kind, currency, number, total in money
        ],
    )


def _days() -> tuple[date, date]:
    """The period that is asked for; this month when none is."""
    today = application().clock.now().date()
    try:
        first = date.fromisoformat(request.args.get("from", ""))
        last = date.fromisoformat(request.args.get("to", ""))
    except ValueError:
        return today.replace(day=1), today
    if not date(2000, 1, 1) <= first <= last <= date(2199, 12, 31):
        return today.replace(day=1), today
    return first, last
