"""Home, the demonstration, joining with a code or link, the language."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from palabre.errors import Refused
from palabre.first_run import public_link
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.invitations import token_of, use_token
from palabre.model import Account, Meeting
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.languages import COOKIE, COOKIE_AGE_S
from palabre_webui.paths import own_path
from palabre_webui.sign_in import signed_in
from palabre_webui.site.errors import STATUS

site = Blueprint("site", __name__)

_LONGEST_CODE = 2000
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,200}")


@site.get("/")
@permission("public")
def home() -> ResponseReturnValue:
    """The first page."""
    return render_template("home.html", demo_available=_demonstration_token() is not None)


@site.post("/demo")
@permission("public")
def demo() -> ResponseReturnValue:
    """To the demonstration meeting."""
    token = _demonstration_token()
    if token is None:
        abort(404)
    return redirect(f"/join/{token}", 303)


@site.get("/join")
@permission("public")
def join() -> ResponseReturnValue:
    """Where one types a code or pastes a link."""
    return render_template("join.html", value="", problem=None)


@site.post("/join")
@permission("public")
def join_with_code() -> ResponseReturnValue:
    """From a code or a link to the meeting."""
    typed = request.form.get("code", "")[:_LONGEST_CODE].strip()
    token = _token_in(typed)
    if not token:
        problem = _("Type the code of your invitation, or paste its link.")
        return render_template("join.html", value=typed, problem=problem), 422
    application = web().application
    try:
        with application.db.reading() as session:
            use_token(session, application.secret, token=token, now=application.clock.now())
    except Refused as refusal:
        page = render_template("join.html", value=typed, problem=refusal.message)
        return page, STATUS.get(refusal.code, 403)
    return redirect(f"/join/{token}", 303)


@site.get("/language/<language>")
@permission("public")
def language(language: str) -> ResponseReturnValue:
    """Remember the chosen language and go back."""
    if language not in LANGUAGES:
        abort(404)
    account = signed_in()
    if account is not None:
        with web().application.db.transaction() as session:
            session.get_one(Account, account.id).language = language
    answer = redirect(own_path(request.args.get("next", "/")), 303)
    answer.set_cookie(
        COOKIE, language, max_age=COOKIE_AGE_S, secure=request.is_secure, httponly=True, samesite="Lax"
    )
    return answer


def _demonstration_token() -> str | None:
    application = web().application
    with application.db.reading() as session:
        meeting = session.scalar(select(Meeting).where(Meeting.is_demonstration).limit(1))
        link = public_link(meeting) if meeting else None
        return token_of(application.secret, link) if link else None


def _token_in(typed: str) -> str | None:
    """The token that was typed, alone or at the end of a link."""
    last = urlsplit(typed).path.rstrip("/").rpartition("/")[2] if "/" in typed else typed
    return last if _TOKEN.fullmatch(last) else None
