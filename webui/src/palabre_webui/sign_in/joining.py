"""Signing up, confirming, signing in and out, and a forgotten password."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from palabre.accounts import (
    account_of_token,
    check_password,
    confirm,
    end_session,
    find_account,
    hash_password,
    is_password,
    is_second_factor,
    request_password_reset,
    reset_password,
    sign_up,
)
from palabre.accounts.changing import account_of_reset
from palabre.errors import Refused
from palabre.hookspecs import accounts as hooks
from palabre.i18n import current_language
from palabre.i18n import gettext as _
from palabre.model import Account
from palabre.tenants.scope import current_tenant
from palabre_webui.concurrency import offload
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.paths import own_path
from palabre_webui.sign_in.blueprint import account
from palabre_webui.sign_in.present import forget, sign_in, signed_in

#: Where somebody goes who signed in and asked for nothing in particular.
_AFTER = "/meetings"
#: So long the second step may take, in seconds.
_SECOND_STEP_S = 300
_FIELD = {"bad_address": "email", "bad_name": "name", "bad_password": "password"}


@account.get("/sign-up")
@permission("public")
def sign_up_form() -> ResponseReturnValue:
    """The form for an account."""
    if signed_in():
        return redirect(_AFTER, 303)
    return render_template("account/sign_up.html", typed={}, problems={})


@account.post("/sign-up")
@permission("public")
def sign_up_now() -> ResponseReturnValue:
    """Mail a link to whoever asks for an account."""
    application = web().application
    tenant = current_tenant()
    assert tenant is not None  # pages run in their tenant's scope
    typed = {name: request.form.get(name, "")[:500] for name in ("email", "name", "time_zone")}
    try:
        with application.db.transaction() as transaction:
            new = sign_up(
                transaction,
                plugins=application.plugins,
                secret=application.secret,
                email=typed["email"],
                name=typed["name"],
                language=current_language(),
                time_zone=typed["time_zone"],
                tenant_id=tenant.id,
                now=application.clock.now(),
            )
    except Refused as refusal:
        problems = {_FIELD.get(refusal.code, "email"): refusal.message}
        return render_template("account/sign_up.html", typed=typed, problems=problems), 422
    if new is not None:
        application.plugins.notify(hooks.account_registered, account=new)
    session["mailed_to"] = typed["email"].strip()
    return redirect("/account/sign-up/mailed", 303)


@account.get("/sign-up/mailed")
@permission("public")
def mailed() -> ResponseReturnValue:
    """What comes next, whether or not the address is known."""
    return render_template("account/mailed.html", email=session.get("mailed_to"), is_new=True)


@account.get("/confirm/<token>")
@permission("public")
def confirm_form(token: str) -> ResponseReturnValue:
    """Choosing a password, behind the link of a mail."""
    application = web().application
    with application.db.reading() as reading:
        found = account_of_token(reading, application.secret, token, now=application.clock.now())
    return _password_page(found, f"/account/confirm/{token}", is_new=True)


@account.post("/confirm/<token>")
@permission("public")
def confirm_now(token: str) -> ResponseReturnValue:
    """The account counts from now on, and its owner is signed in."""
    application = web().application
    now = application.clock.now()
    with application.db.reading() as reading:
        found = account_of_token(reading, application.secret, token, now=now)
    password = request.form.get("password", "")
    try:
        check_password(password, email=found.email, name=found.name)
    except Refused as refusal:
        return _password_page(found, f"/account/confirm/{token}", is_new=True, problem=refusal.message), 422
    hashed = offload(hash_password, password)
    with application.db.transaction() as transaction:
        confirmed = confirm(transaction, application.secret, token=token, password_hash=hashed, now=now)
    application.plugins.notify(hooks.account_confirmed, account=confirmed)
    sign_in(confirmed)
    flash(_("Your address is confirmed. Welcome, %(name)s.") % {"name": confirmed.name}, "good")
    return redirect(_AFTER, 303)


@account.get("/sign-in")
@permission("public")
def sign_in_form() -> ResponseReturnValue:
    """Address and password."""
    if signed_in():
        return redirect(own_path(request.args.get("next", _AFTER)), 303)
    return render_template("account/sign_in.html", email="", problem=None, after=request.args.get("next", ""))


@account.post("/sign-in")
@permission("public")
def sign_in_now() -> ResponseReturnValue:
    """Sign in, or go on to the second step."""
    application = web().application
    email, password = request.form.get("email", "")[:500], request.form.get("password", "")
    after = own_path(request.form.get("next") or _AFTER)
    with application.db.reading() as reading:
        found = find_account(reading, email)
    known = found if found is not None and found.is_active and found.confirmed_at else None
    if not offload(is_password, password, known.password_hash if known else None) or known is None:
        problem = _("Address or password is wrong.")
        return render_template("account/sign_in.html", email=email, problem=problem, after=after), 422
    if known.second_factor:
        session["half_signed_in"] = [known.id, application.clock.now().timestamp(), known.sign_in_key]
        session["after"] = after
        return redirect("/account/sign-in/code", 303)
    sign_in(known)
    return redirect(after, 303)


@account.get("/sign-in/code")
@permission("public")
def code_form() -> ResponseReturnValue:
    """The second step."""
    _half_signed_in()
    return render_template("account/code.html", problem=None)


@account.post("/sign-in/code")
@permission("public")
def code_now() -> ResponseReturnValue:
    """Sign in with the code of the second factor."""
    application = web().application
    found = _half_signed_in()
    with application.db.transaction() as transaction:
        row = transaction.get_one(Account, found.id)
        is_right = is_second_factor(
            transaction, row, request.form.get("code", "")[:100], now=application.clock.now()
        )
    if not is_right:
        problem = _("This is not the code that the application shows now. Try the next one.")
        return render_template("account/code.html", problem=problem), 422
    after = own_path(session.get("after", _AFTER))
    sign_in(found)
    return redirect(after, 303)


@account.post("/sign-out")
@permission("public")
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    application = web().application
    present = signed_in()
    if present is not None:
        with application.db.transaction() as transaction:
            end_session(transaction, present.id, present.session_id, now=application.clock.now())
    forget()
    flash(_("You are signed out."), "good")
    return redirect("/", 303)


@account.get("/forgotten")
@permission("public")
def forgotten_form() -> ResponseReturnValue:
    """Asking for a new password."""
    return render_template("account/forgotten.html")


@account.post("/forgotten")
@permission("public")
def forgotten_now() -> ResponseReturnValue:
    """Mail a link, where there is such an account; the answer is the same where there is none."""
    application = web().application
    email = request.form.get("email", "")[:500]
    with application.db.transaction() as transaction:
        request_password_reset(transaction, application.secret, email=email, now=application.clock.now())
    return render_template("account/mailed.html", email=email.strip(), is_new=False)


@account.get("/reset/<token>")
@permission("public")
def reset_form(token: str) -> ResponseReturnValue:
    """Choosing a new password, behind the link of a mail."""
    application = web().application
    with application.db.reading() as reading:
        found = account_of_reset(reading, application.secret, token, now=application.clock.now())
    return _password_page(found, f"/account/reset/{token}", is_new=False)


@account.post("/reset/<token>")
@permission("public")
def reset_now(token: str) -> ResponseReturnValue:
    """Keep the new password; everywhere is signed out."""
    application = web().application
    now = application.clock.now()
    with application.db.reading() as reading:
        found = account_of_reset(reading, application.secret, token, now=now)
    password = request.form.get("password", "")
    try:
        check_password(password, email=found.email, name=found.name)
    except Refused as refusal:
        return _password_page(found, f"/account/reset/{token}", is_new=False, problem=refusal.message), 422
    hashed = offload(hash_password, password)
    with application.db.transaction() as transaction:
        reset_password(transaction, application.secret, token=token, password_hash=hashed, now=now)
    forget()
    flash(_("The new password is kept. Sign in with it."), "good")
    return redirect("/account/sign-in", 303)


def _password_page(found: Account, action: str, *, is_new: bool, problem: str | None = None) -> str:
    return render_template(
        "account/password.html", email=found.email, action=action, is_new=is_new, problem=problem
    )


def half_signed_in_id() -> int | None:
    """Account of whoever has given the right password and not the code yet."""
    account_id: int | None = (session.get("half_signed_in") or (None,))[0]
    return account_id


def _half_signed_in() -> Account:
    """Who has given the right password a moment ago."""
    application = web().application
    account_id, at, key = session.get("half_signed_in") or (None, 0, "")
    if account_id is None or application.clock.now().timestamp() - at > _SECOND_STEP_S:
        abort(redirect("/account/sign-in", 303))
    with application.db.reading() as reading:
        found = reading.get(Account, account_id)
    if found is None or not found.is_active or found.sign_in_key != key:
        abort(redirect("/account/sign-in", 303))
    return found
