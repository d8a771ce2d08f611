"""Errors as pages, in words."""

from __future__ import annotations

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from palabre.errors import NotFound, Refused, TooFast

log = structlog.get_logger(__name__)

#: HTTP status for a refusal's code; any other is 403, or 404 for what is not found.
STATUS = {
    "bad_token": 410,
    "unknown_contact": 404,
    "unknown_link": 404,
    "unknown_meeting": 404,
    "unknown_passkey": 404,
    "unreadable_text": 400,
    "expired_link": 410,
    "link_revoked": 410,
    "meeting_cancelled": 410,
    "meeting_ended": 410,
    "room_full": 409,
}


def show_errors(app: Flask) -> None:
    """Answer every error of ``app`` with a page."""
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Exception, _unexpected)


def _form_too_old(_error: CSRFError) -> ResponseReturnValue:
    return _page(400)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    answer, status = _page(error.code)
    headers = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    return answer, status, headers


def _refused(refusal: Refused) -> ResponseReturnValue:
    return _page(status_of(refusal), refusal.message)


def status_of(refusal: Refused) -> int:
    """The HTTP status of an answer to what is refused."""
    if isinstance(refusal, TooFast):
        return 429
    return STATUS.get(refusal.code, 404 if isinstance(refusal, NotFound) else 403)


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The rule, not the address: addresses hold join links.
    log.error("request failed", rule=str(request.url_rule), method=request.method, exc_info=error)
    return _page(500)


def _page(status: int, message: str | None = None) -> tuple[str, int]:
    return render_template("error.html", status=status, message=message), status
