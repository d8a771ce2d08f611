"""The calendar file that a guest fetches: *add to calendar*."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.hookspecs import invitations as hooks
from palabre.i18n import current_language, language_scope
from palabre.invitations import use_token
from palabre.invitations.gathering import House, occasion_by_link
from palabre.invitations.letters import guest_letter, invite_file
from palabre.model import JoinLink, Tenant
from palabre.rooms import refuse_when_over
from palabre.tenants.scope import current_tenant
from palabre.tenants.service import site_of
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.site.errors import STATUS

guest_calendar = Blueprint("guest_calendar", __name__)


@guest_calendar.get("/join/<token>/calendar.ics")
@permission("public")
def calendar(token: str) -> ResponseReturnValue:
    """The meeting of a join link as a calendar file."""
    application = web().application
    try:
        with application.db.reading() as session:
            link = use_token(session, application.secret, token=token, now=application.clock.now())
            refuse_when_over(link.meeting)
            content = _file(session, link)
    except Refused as refusal:
        page = render_template(
            "link_problem.html", code=refusal.code, message=refusal.message, starts_at=None
        )
        return page, STATUS.get(refusal.code, 403)
    if content is None:  # a room that is always open stands in no calendar
        abort(404)
    answer = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers.set("Content-Disposition", "attachment", filename="invite.ics")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(session: Session, link: JoinLink) -> bytes | None:
    application, tenant = web().application, current_tenant()
    now = application.clock.now()
    row = session.get_one(Tenant, link.tenant_id)
    site = site_of(row, installation=application.settings.web.public_url or request.host_url.rstrip("/"))
    house = House(application.secret, site, tenant.name if tenant else row.name, application.settings.mail)
    about = occasion_by_link(session, house, link=link, language=current_language())
    with language_scope(about.language):
        letter = application.plugins.filter(
            hooks.compose_invitation,
            guest_letter("invitation", about, now=now),
            invitee=about.invitee,
            meeting=about.meeting,
        )
        return invite_file(about, letter, method="PUBLISH", now=now)
