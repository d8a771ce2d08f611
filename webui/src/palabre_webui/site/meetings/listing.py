"""The list of meetings, and starting one at once."""

from __future__ import annotations

from typing import get_args

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from palabre.meetings import View, announce_planned, drafts_of, meetings_of, start_now
from palabre.rooms import announce, start_meeting
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.sign_in import require_signed_in
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.own import organiser
from palabre_webui.site.paging import page_number
from palabre_webui.site.wording import zone_words

_LONGEST_SEARCH = 100
_PER_PAGE = 50


_VIEWS: dict[str, View] = {name: name for name in get_args(View)}


@meetings.get("")
@permission("account")
def index() -> ResponseReturnValue:
    """The meetings to come, live or past; with what was typed and not planned yet."""
    account = require_signed_in()
    application = web().application
    view = _VIEWS.get(request.args.get("view", ""), "to_come")
    search = request.args.get("q", "").strip()[:_LONGEST_SEARCH]
    with application.db.reading() as session:
        listing = meetings_of(
            session,
            organiser_id=account.id,
            view=view,
            search=search,
            page=page_number(),
            per_page=_PER_PAGE,
        )
        drafts = drafts_of(session, account_id=account.id) if view == "to_come" and not search else []
        return render_template(
            "meetings/list.html",
            listing=listing,
            view=view,
            search=search,
            drafts=drafts,
            zone_name=zone_words(account.time_zone, application.clock.now()),
        )


@meetings.post("/start-now")
@permission("account")
def start_at_once() -> ResponseReturnValue:
    """A meeting that is open from this moment, with a public link to give away."""
    application = web().application
    with application.db.transaction() as session:
        meeting = start_now(
            session, plugins=application.plugins, organiser=organiser(session), now=application.clock.now()
        )
        outcome = start_meeting(session, application.rooms, meeting.id)
    announce_planned(application.plugins, meeting)
    announce(application.plugins, outcome)
    return redirect(f"/meetings/{meeting.public_id}", 303)
