"""The page of a room: everything the browser needs to enter, written into it."""

from __future__ import annotations

import gzip
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import current_language
from palabre.invitations import never_opened, opened_by_link, use_token
from palabre.meetings import shown_name
from palabre.model import JoinLink, LinkKind, Meeting
from palabre.rooms import refuse_when_over
from palabre.tenants.scope import tenant_scope
from palabre_webui.assets import accepts_gzip
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.plugin_web import room_modules
from palabre_webui.site.errors import STATUS

room_page = Blueprint("room_page", __name__)

#: Version of the protocol between the page and the room's door.
PROTOCOL = 1
#: Where the page's own module starts.
MAIN_MODULE = "room/main.js"


@room_page.get("/join/<token>")
@permission("public")
def room(token: str) -> ResponseReturnValue:
    """The room's page, or why the link does not lead there."""
    application = web().application
    try:
        with application.db.reading() as session:
            link = use_token(session, application.secret, token=token, now=application.clock.now())
            page = _page(session, link, token)
            is_first = never_opened(session, link=link)
    except Refused as refusal:
        problem = render_template(
            "link_problem.html", code=refusal.code, message=refusal.message, starts_at=None
        )
        return problem, STATUS.get(refusal.code, 403)
    if is_first:
        with application.db.transaction() as session:
            opened_by_link(session, link=link, now=application.clock.now())
    return page


def _page(session: Session, link: JoinLink, token: str) -> Response:
    meeting = link.meeting
    refuse_when_over(meeting)
    static = web().static
    page = render_template(
        "room.html",
        config=_config(session, link, meeting, token),
        importmap=import_map(),
        preload=[static.url(path) for path in static.imported_by(MAIN_MODULE)],
        meeting_name=shown_name(meeting),
    )
    response = make_response(page)
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    if accepts_gzip():
        response.data = gzip.compress(response.data, 6)
        response.headers["Content-Encoding"] = "gzip"
    return response


def import_map() -> dict[str, dict[str, str]]:
    """Where the browser finds the libraries that our modules name."""
    static = web().static
    return {
        "imports": {
            name: static.url(path) for name, path in static.read_json("vendor/importmap.json").items()
        }
    }


def _config(session: Session, link: JoinLink, meeting: Meeting, token: str) -> dict[str, Any]:
    application, static, language = web().application, web().static, current_language()
    catalogue = f"i18n/{language}.json"
    told: dict[str, Any] = {"name": shown_name(meeting)}
    if link.kind is LinkKind.PUBLIC:
        told["link"] = request.base_url
    with tenant_scope(application.rooms.scope(session, meeting)):
        modules = room_modules()
    return {
        "protocol": PROTOCOL,
        "link": token,
        "language": language,
        "meeting": told,
        "me": {"name": link.name, "role": link.role.value},
        "modules": modules,
        "catalogue": static.url(catalogue) if static.has(catalogue) else None,
        "static": static.root(),
    }
