"""The page of a meeting: what it is, who is invited, who is there; starting, stopping, entering."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from palabre.contacts import known_addresses
from palabre.i18n import gettext as _
from palabre.invitations import guest_list, mail_progress, token_of
from palabre.meetings import (
    organiser_link,
    people_present,
    public_link,
    renew_public_link,
)
from palabre.model import Meeting, MeetingState, Microphones
from palabre.rooms import announce, start_meeting, stop_meeting
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.plugin_web import meeting_facts
from palabre_webui.sign_in import require_signed_in
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.description import safe_description
from palabre_webui.site.meetings.own import guest_count, own_meeting
from palabre_webui.site.paging import page_number
from palabre_webui.site.wording import (
    lasted,
    listed,
    minutes_before,
    moment,
    reader_zone,
    whole_moment,
    zone_words,
)

_GUESTS_PER_PAGE = 50


@meetings.get("/<public_id>")
@permission("account")
def show(public_id: str) -> ResponseReturnValue:
    """Everything about one meeting."""
    application = web().application
    with application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        link = public_link(session, meeting=meeting)
        count = guest_count(session, meeting)
        page = min(page_number(), max(1, -(-count // _GUESTS_PER_PAGE)))
        guests = guest_list(
            session, meeting=meeting, limit=_GUESTS_PER_PAGE, offset=(page - 1) * _GUESTS_PER_PAGE
        )
        known = known_addresses(
            session, account_id=require_signed_in().id, emails=[line.invitee.email for line in guests]
        )
        return render_template(
            "meetings/meeting.html",
            meeting=meeting,
            description=safe_description(meeting.description) if meeting.description else "",
            facts=_facts(meeting),
            added_facts=meeting_facts(session, meeting),
            public_address=_address(f"/join/{token_of(application.secret, link)}") if link else None,
            mails=mail_progress(session, meeting=meeting),
            guests=guests,
            guest_count=count,
            guest_page=page,
            guest_pages=max(1, -(-count // _GUESTS_PER_PAGE)),
            known_contacts=known,
            occurrences=meeting.occurrences,
            has_taken_place=any(one.started_at for one in meeting.occurrences),
            now_fragment=_now(session, meeting),
        )


@meetings.get("/<public_id>/now")
@permission("account")
def now(public_id: str) -> ResponseReturnValue:
    """Where it stands at this moment, as a piece of the page."""
    with web().application.db.reading() as session:
        return str(_now(session, own_meeting(session, public_id)))


@meetings.get("/<public_id>/enter")
@permission("account")
def enter(public_id: str) -> ResponseReturnValue:
    """To the room, by the organiser's own link, as a presenter."""
    application = web().application
    with application.db.transaction() as session:
        link = organiser_link(session, meeting=own_meeting(session, public_id), now=application.clock.now())
        return redirect(f"/join/{token_of(application.secret, link)}", 303)


@meetings.post("/<public_id>/start")
@permission("account")
def start(public_id: str) -> ResponseReturnValue:
    """Open the room now."""
    application = web().application
    with application.db.transaction() as session:
        outcome = start_meeting(session, application.rooms, own_meeting(session, public_id).id)
    announce(application.plugins, outcome)
    return redirect(f"/meetings/{public_id}", 303)


@meetings.post("/<public_id>/stop")
@permission("account")
def stop(public_id: str) -> ResponseReturnValue:
    """End the meeting for everybody."""
    application = web().application
    with application.db.transaction() as session:
        outcome = stop_meeting(session, application.rooms, own_meeting(session, public_id).id)
    announce(application.plugins, outcome)
    if outcome.meeting.state is MeetingState.PLANNED:
        flash(_("Everybody has left. The meeting stays planned for its next time."), "good")
    else:
        flash(_("The meeting is over."), "good")
    return redirect(f"/meetings/{public_id}", 303)


@meetings.post("/<public_id>/public-link/renew")
@permission("account")
def renew_link(public_id: str) -> ResponseReturnValue:
    """A new public link; the old one is dead from now on."""
    application = web().application
    with application.db.transaction() as session:
        renew_public_link(session, meeting=own_meeting(session, public_id), now=application.clock.now())
    flash(_("This is the new link. The old one is dead."), "good")
    return redirect(f"/meetings/{public_id}", 303)


@meetings.get("/<public_id>/calendar.ics")
@permission("account")
def calendar(public_id: str) -> ResponseReturnValue:
    """The meeting for the organiser's own calendar, by the organiser's own link."""
    application = web().application
    with application.db.transaction() as session:
        link = organiser_link(session, meeting=own_meeting(session, public_id), now=application.clock.now())
        return redirect(f"/join/{token_of(application.secret, link)}/calendar.ics", 303)


def _now(session: Session, meeting: Meeting) -> Markup:
    present = people_present(session, meeting=meeting) if meeting.state is MeetingState.LIVE else []
    piece = render_template("meetings/_now.html", meeting=meeting, present=present, starts=_starts(meeting))
    return Markup(piece)  # noqa: S704 - the template escapes


def _starts(meeting: Meeting) -> str:
    if meeting.starts_at is None:
        return _("Always open")
    if meeting.state is MeetingState.LIVE and meeting.started_at:
        return _("since %(time)s") % {"time": moment(meeting.started_at)}
    zone = reader_zone()
    return f"{whole_moment(meeting.starts_at, zone)}, {zone_words(zone, meeting.starts_at)}"


def _facts(meeting: Meeting) -> list[tuple[str, str]]:
    facts = []
    if meeting.starts_at and meeting.time_zone != reader_zone():
        at = whole_moment(meeting.starts_at, meeting.time_zone)
        facts.append((_("In its own zone"), f"{at}, {zone_words(meeting.time_zone, meeting.starts_at)}"))
    facts.append((_("Expected duration"), lasted(meeting.duration_min * 60)))
    size = meeting.room_class.recommended_size
    facts.append(
        (_("Size"), f"{meeting.room_class.value} · " + _("up to %(count)s people") % {"count": size})
    )
    facts.append((_("Mails"), _mails(meeting)))
    options = []
    if meeting.wait_for_presenter:
        options.append(_("guests wait for a presenter"))
    if meeting.microphones is Microphones.FLOOR:
        options.append(_("guests speak only with the floor"))
    if meeting.is_public:
        options.append(_("public link"))
    if options:
        facts.append((_("Options"), ", ".join(options)))
    return facts


def _mails(meeting: Meeting) -> str:
    moments = [_("on planning")] if meeting.mail_on_planning else []
    moments += [minutes_before(minutes) for minutes in sorted(meeting.mail_before_min, reverse=True)]
    moments += [_("at the start")] if meeting.mail_at_start else []
    return listed(moments) if moments else _("none")


def _address(path: str) -> str:
    """A path as others are given it."""
    return request.url_root.rstrip("/") + path
