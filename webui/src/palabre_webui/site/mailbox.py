"""The development mailbox: what would have been mailed, while no mail server is configured. For this machine only."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from palabre.mail.delivery import MAILBOX
from palabre.mail.mailbox import Kept, Mailbox
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.security import allow_frames

mailbox = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox")

#: Most mails that are listed.
SHOWN = 200
#: What a mail may do: show itself. Its links open in another tab, outside the frame.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@mailbox.get("")
@permission("this_machine")
def mails() -> ResponseReturnValue:
    """The last mails, the newest first."""
    return render_template("mailbox/list.html", mails=_folder().newest(SHOWN))


@mailbox.get("/<name>")
@permission("this_machine")
def mail(name: str) -> ResponseReturnValue:
    """One mail."""
    allow_frames()
    return render_template("mailbox/mail.html", mail=_kept(name))


@mailbox.get("/<name>/html")
@permission("this_machine")
def html(name: str) -> ResponseReturnValue:
    """The HTML of a mail, for the frame that shows it."""
    written = _kept(name).html.replace("<head>", '<head><base target="_blank">', 1)
    response = make_response(written)
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@mailbox.get("/<name>/files/<int:number>")
@permission("this_machine")
def file(name: str, number: int) -> ResponseReturnValue:
    """What is attached to a mail."""
    found = _folder().file(name, number)
    if found is None:
        abort(404)
    file_name, content_type, content = found
    response = Response(content, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=file_name)
    return response


def _folder() -> Mailbox:
    """The mailbox; there is none where mail is sent."""
    settings = web().application.settings
    if settings.mail.host is not None:
        abort(404)
    return Mailbox(settings.data_dir / MAILBOX)


def _kept(name: str) -> Kept:
    found = _folder().find(name)
    if found is None:
        abort(404)
    return found
