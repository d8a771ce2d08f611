"""The people of a meeting that is planned or takes place: more of them, and their invitations once more."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from palabre.i18n import gettext as _
from palabre.i18n import ngettext
from palabre.invitations import GuestLines, send_again
from palabre.meetings import add_guests, announce_changed
from palabre.model import Invitee, MeetingState
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.form import read_list
from palabre_webui.site.meetings.own import own_meeting


@meetings.get("/<public_id>/people/add")
@permission("account")
def add_form(public_id: str) -> ResponseReturnValue:
    """Where more people are named."""
    return _form(public_id, "", GuestLines((), ()))


@meetings.post("/<public_id>/people/add")
@permission("account")
def add_people(public_id: str) -> ResponseReturnValue:
    """Put more people on the list; the form comes back with the lines that could not be read."""
    application = web().application
    text = request.form.get("guests", "")
    lines, problem = read_list(text)
    if problem or lines.problems or not lines.guests:
        return _form(public_id, text, lines, problem or _problem(lines)), 422
    with application.db.transaction() as session:
        meeting = own_meeting(session, public_id)
        added = add_guests(
            session,
            plugins=application.plugins,
            meeting=meeting,
            guests=lines.guests,
            now=application.clock.now(),
        )
    if added:
        announce_changed(application.plugins, meeting)
        people = ngettext("%(num)s person is invited.", "%(num)s people are invited.", len(added))
        flash(people % {"num": len(added)}, "good")
    else:
        flash(_("They were on the list already."), "good")
    return redirect(f"/meetings/{public_id}#guests-title", 303)


@meetings.post("/<public_id>/guests/<guest>/send-again")
@permission("account")
def send_invitation_again(public_id: str, guest: str) -> ResponseReturnValue:
    """Mail an invitation once more."""
    application = web().application
    with application.db.transaction() as session:
        meeting = own_meeting(session, public_id)
        invitee = session.scalar(
            select(Invitee).where(
                Invitee.meeting_id == meeting.id, Invitee.public_id == guest, Invitee.removed_at.is_(None)
            )
        )
        if invitee is None:
            abort(404)
        send_again(session, invitee=invitee, now=application.clock.now())
        flash(_("The invitation goes to %(address)s again.") % {"address": invitee.email}, "good")
    return redirect(f"/meetings/{public_id}#guests-title", 303)


def _form(public_id: str, text: str, lines: GuestLines, problem: str | None = None) -> str:
    with web().application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        if meeting.state not in (MeetingState.PLANNED, MeetingState.LIVE):
            abort(404)
        return render_template(
            "meetings/add_people.html",
            meeting=meeting,
            text=text,
            lines=lines,
            problem=problem,
        )


def _problem(lines: GuestLines) -> str:
    if lines.problems:
        return _("Some lines could not be read as a guest. Correct them, or take them out.")
    return _("Write at least one address.")
