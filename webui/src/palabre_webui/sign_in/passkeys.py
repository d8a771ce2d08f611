"""Passkeys: adding, renaming and removing one's own, and signing in with one.

A browser asks for what to sign, lets the authenticator sign it, and sends the answer as a form
(``static/site/account/passkeys.js``). The challenge waits in the browser's session.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import flash, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from palabre.accounts.passkeys import (
    Challenge,
    Site,
    begin_authentication,
    begin_registration,
    finish_authentication,
    finish_registration,
    own_passkey,
    remove_passkey,
    rename_passkey,
)
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.model import Account
from palabre.tenants.scope import current_tenant
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.paths import own_path
from palabre_webui.sign_in.blueprint import account
from palabre_webui.sign_in.present import is_my_password, require_signed_in, sign_in

#: Where the session keeps the challenges, one for each purpose.
_ADDING, _SIGNING_IN = "passkey_to_add", "passkey_to_sign_in"


@account.post("/passkeys/begin")
@permission("account")
def begin_passkey() -> ResponseReturnValue:
    """What a new passkey has to sign, as JSON, for somebody who gives the password."""
    application = web().application
    if not is_my_password(request.form.get("passkey_password", "")):
        return jsonify(problem=_("This is not your password.")), 422
    try:
        with application.db.transaction() as transaction:
            row = transaction.get_one(Account, require_signed_in().id)
            challenge, options = begin_registration(
                transaction, row, site=_site(), now=application.clock.now()
            )
    except Refused as refusal:
        return jsonify(problem=refusal.message), 422
    _keep(_ADDING, challenge)
    return jsonify(options)


@account.post("/passkeys")
@permission("account")
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    application = web().application
    try:
        with application.db.transaction() as transaction:
            added = finish_registration(
                transaction,
                transaction.get_one(Account, require_signed_in().id),
                site=_site(),
                challenge=_kept(_ADDING),
                answer=request.form.get("answer", ""),
                name=request.form.get("passkey_name", "")[:500],
                now=application.clock.now(),
            )
    except Refused as refusal:
        flash(refusal.message, "danger")
        return redirect("/account#passkeys", 303)
    flash(_("You can sign in with the passkey %(name)s from now on.") % {"name": added.name}, "good")
    return redirect("/account#passkeys", 303)


@account.get("/passkeys/<int:passkey_id>")
@permission("account")
def passkey(passkey_id: int) -> ResponseReturnValue:
    """One passkey: its name, and how to get rid of it."""
    return _passkey_page(passkey_id)


@account.post("/passkeys/<int:passkey_id>/name")
@permission("account")
def name_passkey(passkey_id: int) -> ResponseReturnValue:
    """Give a passkey another name."""
    with web().application.db.transaction() as transaction:
        row = own_passkey(transaction, require_signed_in().id, passkey_id)
        rename_passkey(transaction, row, name=request.form.get("passkey_name", "")[:500])
    flash(_("Kept."), "good")
    return redirect("/account#passkeys", 303)


@account.post("/passkeys/<int:passkey_id>/remove")
@permission("account")
def drop_passkey(passkey_id: int) -> ResponseReturnValue:
    """Let nobody sign in with a passkey any more."""
    if not is_my_password(request.form.get("passkey_password", "")):
        return _passkey_page(passkey_id, _("This is not your password.")), 422
    with web().application.db.transaction() as transaction:
        row = own_passkey(transaction, require_signed_in().id, passkey_id)
        remove_passkey(transaction, row)
    flash(_("Nobody can sign in with this passkey any more. Remove it from your device too."), "good")
    return redirect("/account#passkeys", 303)


@account.post("/sign-in/passkey/begin")
@permission("public")
def begin_passkey_sign_in() -> ResponseReturnValue:
    """What a passkey has to sign, as JSON."""
    challenge, options = begin_authentication(site=_site(), now=web().application.clock.now())
    _keep(_SIGNING_IN, challenge)
    return jsonify(options)


@account.post("/sign-in/passkey")
@permission("public")
def passkey_sign_in() -> ResponseReturnValue:
    """Sign in with a passkey: nothing else is asked for, not even where a second step is set up."""
    application = web().application
    after = own_path(request.form.get("next") or "/meetings")
    try:
        with application.db.transaction() as transaction:
            found = finish_authentication(
                transaction,
                site=_site(),
                challenge=_kept(_SIGNING_IN),
                answer=request.form.get("answer", ""),
                now=application.clock.now(),
            )
    except Refused as refusal:
        return render_template("account/sign_in.html", email="", problem=refusal.message, after=after), 422
    sign_in(found)
    return redirect(after, 303)


def _site() -> Site:
    """The site as the browser names it: an answer that names another one does not count."""
    tenant = current_tenant()
    assert tenant is not None  # pages run in their tenant's scope
    host = request.host.lower()
    name = urlsplit(f"//{host}").hostname or ""
    return Site(host=name, origin=f"{request.scheme}://{host}", name=tenant.name)


def _keep(purpose: str, challenge: Challenge) -> None:
    session[purpose] = [challenge.value.hex(), challenge.asked_at.timestamp()]


def _kept(purpose: str) -> Challenge:
    """The challenge, which is taken out of the session.

    :raises Refused: ``passkey_too_late``.
    """
    kept = session.pop(purpose, None)
    if kept is None:
        raise Refused("passkey_too_late", _("That took too long. Try again."))
    return Challenge(bytes.fromhex(kept[0]), datetime.fromtimestamp(kept[1], UTC))


def _passkey_page(passkey_id: int, problem: str | None = None) -> str:
    with web().application.db.reading() as reading:
        row = own_passkey(reading, require_signed_in().id, passkey_id)
    return render_template("account/passkey.html", passkey=row, problem=problem)
