"""The page *Refer your friends*, and the personal link."""

from __future__ import annotations

import re

from flask import Blueprint, abort, flash, has_request_context, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from palabre.toolkit import Account, Refused, current_tenant, ngettext
from palabre_billing.referral.service import (
    brought_by,
    find_referrer,
    has_bonus,
    invite,
    link_of,
    note_referred,
    referrer_of,
)
from palabre_webui.toolkit import application, limited, permission, signed_in

#: Where the browser's session keeps by whose link somebody came, until they sign up.
_CAME_BY = "billing_came_by"
_CODE = re.compile(r"[a-z0-9]{8,32}")


def add_referral(pages: Blueprint) -> None:
    """Put the pages on a blueprint."""
    pages.get("/refer")(refer)
    pages.post("/refer")(send)
    pages.get("/r/<code>")(follow)


@permission("account")
def refer() -> ResponseReturnValue:
    """The link, and how many came by it."""
    return _page("", None)


@permission("account")
@limited("10 per minute")
def send() -> ResponseReturnValue:
    """Mail the link to friends."""
    app = application()
    typed = request.form.get("addresses", "")[:4000]
    try:
        with app.db.transaction() as transaction:
            me = _me(transaction)
            if has_bonus(transaction, me.tenant_id) is None:
                abort(404)
            number = invite(transaction, account=me, typed=typed, now=app.clock.now())
    except Refused as refused:
        return _page(typed, refused.message), 422
    flash(
        ngettext("%(num)s person is invited.", "%(num)s people are invited.", number) % {"num": number},
        "good",
    )
    return redirect("/plugins/billing/refer", 303)


@permission("public")
@limited("60 per minute")
def follow(code: str) -> ResponseReturnValue:
    """Somebody follows a link: remember whose, and go to sign up."""
    tenant = current_tenant()
    if tenant is None:
        abort(503)
    if _CODE.fullmatch(code) and signed_in() is None:
        with application().db.reading() as reading:
            is_known = find_referrer(reading, tenant_id=tenant.id, code=code) is not None
        if is_known:
            session[_CAME_BY] = code
    return redirect("/account/sign-up", 303)


def note_who_came(account: Account) -> None:
    """Somebody signed up: write down by whose link, when it was in this browser."""
    code = session.pop(_CAME_BY, None) if has_request_context() else None
    if not isinstance(code, str):
        return
    app = application()
    with app.db.transaction() as transaction:
        note_referred(
            transaction, account=transaction.get_one(Account, account.id), code=code, now=app.clock.now()
        )


def _page(typed: str, problem: str | None) -> str:
    app = application()
    with app.db.transaction() as transaction:
        me = _me(transaction)
        seller = has_bonus(transaction, me.tenant_id) or abort(404)
        link = link_of(transaction, referrer_of(transaction, me))
        came, rewarded = brought_by(transaction, me)
        bonus = (seller.referrer_bonus, seller.referred_bonus)
    return render_template(
        "billing/refer.html",
        link=link,
        came=came,
        rewarded=rewarded,
        bonus=bonus,
        typed=typed,
        problem=problem,
    )


def _me(transaction: Session) -> Account:
    who = signed_in()
    if who is None:
        abort(401)
    return transaction.get_one(Account, who.id)
