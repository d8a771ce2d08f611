"""The page *Consumption*, the movements as a workbook, and the choice of an alert."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from palabre.toolkit import Account, Refused, known_chargeables
from palabre.toolkit import gettext as _
from palabre_billing.consumption import chart
from palabre_billing.consumption.alerts import alert_of, set_alert
from palabre_billing.consumption.figures import Kind, figures_of
from palabre_billing.consumption.sheet import write_sheet
from palabre_billing.ledger import balance, own_account
from palabre_billing.statement import every_movement, kind_in_words
from palabre_billing.typed import whole_number
from palabre_webui.toolkit import application, asset_of, offload, permission, signed_in

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 65_536


def add_consumption(pages: Blueprint) -> None:
    """Put the pages of consumption on a blueprint."""
    pages.get("/consumption")(consumption)
    pages.post("/consumption")(choose_alert)
    pages.get("/movements.xlsx")(workbook)


@permission("account")
def consumption() -> ResponseReturnValue:
    """What was used and came, by month and kind, and the alert."""
    return _page({}, {})


@permission("account")
def choose_alert() -> ResponseReturnValue:
    """Choose the balance below which a mail comes; empty for none."""
    me, typed = _me(), request.form.get("below", "").strip()[:20]
    try:
        below = whole_number(typed)
        if typed and below is None:
            raise Refused("bad_alert", _("Write a number of credits, or nothing."))
        with application().db.transaction() as session:
            owner = session.get_one(Account, me)
            set_alert(session, owner=owner, below=below)
    except Refused as refused:
        return _page({"below": typed}, {"below": refused.message}), 422
    flash(_("Your choice is kept."))
    return redirect("/plugins/billing/consumption", 303)


@permission("account")
def workbook() -> ResponseReturnValue:
    """Every movement as a workbook (XLSX, times in UTC)."""
    me, db = _me(), application().db
    with db.reading() as session:
        account = own_account(session, me)
    into = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it has been sent
    book = write_sheet(every_movement(db, account.id) if account else (), into)
    offload(book.close)
    return Response(
        _pieces(into),
        content_type=_XLSX,
        headers={"Content-Disposition": 'attachment; filename="movements.xlsx"'},
    )


def _page(typed: dict[str, str], problems: dict[str, str]) -> str:
    me, app = _me(), application()
    with app.db.reading() as session:
        account = own_account(session, me)
        figures = figures_of(session, account.id if account else None, now=app.clock.now())
        alert = alert_of(session, account.id) if account else None
        has = balance(session, account.id) if account else 0
    titles = {one.name: one.title for one in known_chargeables(app.plugins)}

    def words(kind: Kind) -> str:
        return titles.get(kind[1], kind[1]) if kind[0] == "debit" else kind_in_words(kind[0])

    return render_template(
        "billing/consumption.html",
        figures=figures,
        chart=chart.chart_of(figures),
        size=(chart.WIDTH, chart.HEIGHT, chart.LEFT),
        words=words,
        balance=has,
        below=typed.get("below", "" if alert is None else str(alert)),
        problems=problems,
        css=asset_of("billing", "consumption.css"),
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _me() -> int:
    who = signed_in()
    if who is None:
        abort(401)
    return who.id
