"""My account: who I am, my address and password, the second factor, my browsers, my data."""

from __future__ import annotations

import io
from typing import Any

import qrcode
from flask import Response, flash, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

from palabre.accounts import (
    begin_second_factor,
    change_email,
    change_settings,
    check_password,
    close_account,
    confirm_email_change,
    drop_second_factor,
    enable_second_factor,
    end_other_sessions,
    end_session,
    export_account,
    hash_password,
    provisioning_uri,
    sessions_of,
    set_password,
)
from palabre.calendar.times import zones
from palabre.errors import Refused
from palabre.i18n import LANGUAGES, current_language
from palabre.i18n import gettext as _
from palabre.meetings import announce_cancelled, cancel, planned_of
from palabre.model import Account, MeetingState
from palabre.rooms import announce, stop_meeting
from palabre.tenants.scope import current_tenant
from palabre_webui.concurrency import offload
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.languages import LANGUAGE_NAMES
from palabre_webui.sign_in.blueprint import account
from palabre_webui.sign_in.present import forget, is_my_password, require_signed_in


@account.get("")
@permission("account")
def overview() -> ResponseReturnValue:
    """Everything that can be set about one's own account."""
    return _page()


@account.post("/settings")
@permission("account")
def keep_settings() -> ResponseReturnValue:
    """Name, language and zone."""
    typed = {name: request.form.get(name, "")[:500] for name in ("name", "language", "time_zone")}
    try:
        with web().application.db.transaction() as transaction:
            row = transaction.get_one(Account, require_signed_in().id)
            change_settings(transaction, row, **typed)
    except Refused as refusal:
        field = {"bad_name": "name", "bad_language": "language"}.get(refusal.code, "time_zone")
        return _page(problems={field: refusal.message}, typed=typed), 422
    flash(_("Kept."), "good")
    return redirect("/account", 303)


@account.post("/email")
@permission("account")
def ask_for_email_change() -> ResponseReturnValue:
    """Mail a link to a new address."""
    application = web().application
    typed = {"email": request.form.get("email", "")[:500]}
    if not is_my_password(request.form.get("email_password", "")):
        return _page(problems={"email_password": _("This is not your password.")}, typed=typed), 422
    try:
        with application.db.transaction() as transaction:
            row = transaction.get_one(Account, require_signed_in().id)
            change_email(
                transaction, application.secret, row, email=typed["email"], now=application.clock.now()
            )
    except Refused as refusal:
        return _page(problems={"email": refusal.message}, typed=typed), 422
    flash(
        _("We have written to %(email)s. Your address changes when you follow the link there.")
        % {"email": typed["email"].strip()},
        "good",
    )
    return redirect("/account", 303)


@account.get("/email/<token>")
@permission("public")
def email_change(token: str) -> ResponseReturnValue:
    """Ask before the address changes: programs that look at mail follow links by themselves."""
    return render_template("account/email_change.html", token=token, email=request.args.get("email", ""))


@account.post("/email/<token>")
@permission("public")
def change_email_now(token: str) -> ResponseReturnValue:
    """The new address is right."""
    application = web().application
    with application.db.transaction() as transaction:
        confirm_email_change(
            transaction,
            application.secret,
            token=token,
            email=request.form.get("email", "")[:500],
            now=application.clock.now(),
        )
    flash(_("You sign in with the new address from now on."), "good")
    return redirect("/account", 303)


@account.post("/password")
@permission("account")
def change_password() -> ResponseReturnValue:
    """Keep a new password; every other browser is signed out."""
    application = web().application
    present = require_signed_in()
    new = request.form.get("new_password", "")
    if not is_my_password(request.form.get("old_password", "")):
        return _page(problems={"old_password": _("This is not your password.")}), 422
    try:
        check_password(new, email=present.email, name=present.name)
    except Refused as refusal:
        return _page(problems={"new_password": refusal.message}), 422
    hashed = offload(hash_password, new)
    now = application.clock.now()
    with application.db.transaction() as transaction:
        row = transaction.get_one(Account, present.id)
        set_password(transaction, row, password_hash=hashed, now=now)
        end_other_sessions(transaction, present.id, but=present.session_id, now=now)
    flash(_("The new password is kept. Other browsers are signed out."), "good")
    return redirect("/account", 303)


@account.get("/second-factor")
@permission("account")
def second_factor_form() -> ResponseReturnValue:
    """A QR code for an authenticator application."""
    if "totp_secret" not in session:
        session["totp_secret"] = begin_second_factor()
    return _second_factor_page()


@account.post("/second-factor")
@permission("account")
def enable_second_factor_now() -> ResponseReturnValue:
    """Ask for a second factor from now on, and show the codes for need, once."""
    application = web().application
    totp_secret = session.get("totp_secret")
    if not isinstance(totp_secret, str):
        return redirect("/account/second-factor", 303)
    try:
        with application.db.transaction() as transaction:
            codes = enable_second_factor(
                transaction,
                transaction.get_one(Account, require_signed_in().id),
                totp_secret=totp_secret,
                code=request.form.get("code", "")[:20],
                now=application.clock.now(),
            )
    except Refused as refusal:
        return _second_factor_page(refusal.message), 422
    session.pop("totp_secret", None)
    return render_template("account/recovery_codes.html", codes=codes)


@account.post("/second-factor/off")
@permission("account")
def drop_second_factor_now() -> ResponseReturnValue:
    """Ask for the password only."""
    if not is_my_password(request.form.get("factor_password", "")):
        return _page(problems={"factor_password": _("This is not your password.")}), 422
    with web().application.db.transaction() as transaction:
        drop_second_factor(transaction, transaction.get_one(Account, require_signed_in().id))
    flash(_("Only your password is asked for from now on."), "good")
    return redirect("/account", 303)


@account.post("/sessions/<browser>/end")
@permission("account")
def sign_browser_out(browser: str) -> ResponseReturnValue:
    """Sign one browser out."""
    application = web().application
    with application.db.transaction() as transaction:
        end_session(transaction, require_signed_in().id, browser, now=application.clock.now())
    return redirect("/account#browsers", 303)


@account.post("/sessions/end-others")
@permission("account")
def sign_others_out() -> ResponseReturnValue:
    """Sign every other browser out."""
    application = web().application
    present = require_signed_in()
    with application.db.transaction() as transaction:
        end_other_sessions(transaction, present.id, but=present.session_id, now=application.clock.now())
    flash(_("Every other browser is signed out."), "good")
    return redirect("/account#browsers", 303)


@account.get("/export")
@permission("account")
def export() -> ResponseReturnValue:
    """Everything that is kept about me, as JSON."""
    application = web().application
    with application.db.reading() as reading:
        row = reading.get_one(Account, require_signed_in().id)
        held = export_account(reading, row, now=application.clock.now())
    response: Response = jsonify(held)
    response.headers["Content-Disposition"] = 'attachment; filename="palabre-account.json"'
    return response


@account.get("/close")
@permission("account")
def close_form() -> ResponseReturnValue:
    """Ask before the account is closed."""
    return _close_page()


@account.post("/close")
@permission("account")
def close() -> ResponseReturnValue:
    """Delete the account; what is planned is cancelled and its guests are told."""
    application = web().application
    if not is_my_password(request.form.get("password", "")):
        return _close_page(_("This is not your password.")), 422
    now = application.clock.now()
    stopped = []
    with application.db.transaction() as transaction:
        row = transaction.get_one(Account, require_signed_in().id)
        cancelled = planned_of(transaction, organiser_id=row.id)
        for meeting in cancelled:
            if meeting.state is MeetingState.LIVE:
                stopped.append(stop_meeting(transaction, application.rooms, meeting.id))
            if meeting.state is MeetingState.PLANNED:
                cancel(transaction, meeting=meeting, now=now, tell_guests=True)
        close_account(transaction, plugins=application.plugins, account=row)
    for outcome in stopped:
        announce(application.plugins, outcome)
    for meeting in cancelled:
        if meeting.state is MeetingState.CANCELLED:
            announce_cancelled(application.plugins, meeting)
    forget()
    flash(_("Your account is closed."), "good")
    return redirect("/", 303)


def _page(problems: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    application = web().application
    present = require_signed_in()
    with application.db.reading() as reading:
        row = reading.get_one(Account, present.id)
        return render_template(
            "account/overview.html",
            me=row,
            typed={"name": row.name, "language": row.language, "time_zone": row.time_zone, **(typed or {})},
            problems=problems or {},
            languages=[(tag, LANGUAGE_NAMES[tag]) for tag in LANGUAGES],
            zones=zones(current_language(), application.clock.now(), also=row.time_zone),
            passkeys=sorted(row.passkeys, key=lambda one: one.id),
            browsers=sessions_of(reading, row, now=application.clock.now()),
            present=present,
        )


def _second_factor_page(problem: str | None = None) -> str:
    tenant = current_tenant()
    assert tenant is not None  # pages run in their tenant's scope
    totp_secret = session["totp_secret"]
    uri = provisioning_uri(totp_secret, email=require_signed_in().email, issuer=tenant.name)
    return render_template(
        "account/second_factor.html", picture=_qr_code(uri), totp_secret=totp_secret, problem=problem
    )


def _qr_code(content: str) -> Markup:
    made: Any = qrcode.make(content, image_factory=SvgPathImage, border=2)
    written = io.BytesIO()
    made.save(written)
    picture = written.getvalue().decode()
    return Markup(picture[picture.index("<svg") :])  # noqa: S704 - drawn by us: paths and nothing else


def _close_page(problem: str | None = None) -> str:
    with web().application.db.reading() as reading:
        planned = planned_of(reading, organiser_id=require_signed_in().id)
    return render_template("account/close.html", planned=planned, problem=problem)
