"""Planning a meeting: from a plan to its row, its times, its guests, its links and everything it owes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.calendar import LocalStart, Repeat, local_of, rule
from palabre.errors import Refused
from palabre.hookspecs import meetings as hooks
from palabre.i18n import gettext as _
from palabre.invitations import invite, schedule_mails, set_guests
from palabre.meetings.checking import LONGEST_NAME, check_plan, times_of
from palabre.meetings.course import lay_out, settle
from palabre.meetings.links import open_public_link
from palabre.meetings.plans import MeetingPlan, differences, free_or_by_floor, plan_of
from palabre.model import Account, Meeting, MeetingState
from palabre.plugins.host import PluginHost


class PlannedAlready(Refused):
    """What was planned from a form is not what the form says now."""

    def __init__(self) -> None:
        super().__init__("planned_already", _("This form was planned already. Begin a new one."))


def plan(
    session: Session,
    *,
    plugins: PluginHost,
    organiser: Account,
    plan: MeetingPlan,
    now: datetime,
    planned_from: str | None = None,
) -> Meeting:
    """Plan a meeting, in the caller's transaction. After the commit, tell the plugins by ``announce_planned``.

    :param planned_from: names the form; planned from the same one again, the meeting is the one planned before.
    :raises PlannedAlready: when another plan came from that form before.
    :raises PlanRefused: with every problem of the plan.
    :raises Refused: from a plugin's guard ``meeting_planning``.
    """
    known = _planned_before(session, organiser, planned_from)
    if known is not None:
        return _planned_like(session, known, plan, plugins=plugins, now=now)
    plan = check_plan(plugins, plan, now=now)
    meeting = Meeting(
        tenant_id=organiser.tenant_id,
        organiser_id=organiser.id,
        state=MeetingState.PLANNED,
        planned_from=planned_from,
        created_at=now,
    )
    write_plan(meeting, plan)
    try:
        with session.begin_nested():
            session.add(meeting)
    except IntegrityError:  # the second click came in another process
        known = _planned_before(session, organiser, planned_from)
        if known is None:
            raise PlannedAlready from None
        return _planned_like(session, known, plan, plugins=plugins, now=now)
    lay_out(session, meeting=meeting, starts=times_of(plan))
    if meeting.is_public:
        open_public_link(session, meeting=meeting, now=now)
    set_guests(session, meeting=meeting, guests=plan.guests, now=now)
    settle(session, meeting=meeting, now=now)
    plugins.guard(hooks.meeting_planning, session=session, meeting=meeting)
    if plan.mail_on_planning or plan.guests:
        invite(session, meeting=meeting, now=now)
    schedule_mails(session, meeting=meeting, now=now)
    meeting.is_news = True
    return meeting


def start_now(
    session: Session,
    *,
    plugins: PluginHost,
    organiser: Account,
    now: datetime,
    name: str = "",
) -> Meeting:
    """Plan a meeting that begins at this moment, with a public link to give away. ``rooms.start_meeting`` opens it.

    :param name: by default it bears the organiser's.
    """
    now = now.replace(microsecond=0)
    zone = organiser.time_zone
    try:
        local = local_of(now, zone)
    except Refused:  # a zone that does not exist any more
        zone, local = "UTC", local_of(now, "UTC")
    return plan(
        session,
        plugins=plugins,
        organiser=organiser,
        plan=MeetingPlan(
            name=(name or _("Meeting of {name}").format(name=organiser.name))[:LONGEST_NAME],
            start=LocalStart(local, zone),
            is_public=True,
            mail_on_planning=False,
        ),
        now=now,
    )


def write_plan(meeting: Meeting, plan: MeetingPlan) -> None:
    """Write a checked plan into the meeting's row; its times, guests and links are other rows."""
    meeting.name, meeting.kind, meeting.description = plan.name, plan.kind, plan.description
    meeting.duration_min, meeting.room_class = plan.duration_min, plan.room_class
    meeting.wait_for_presenter, meeting.early_entry = plan.wait_for_presenter, plan.early_entry
    meeting.microphones, meeting.is_public = free_or_by_floor(plan), plan.is_public
    meeting.options, meeting.words = plan.options, plan.words
    meeting.mail_on_planning, meeting.mail_at_start = plan.mail_on_planning, plan.mail_at_start
    meeting.mail_before_min = list(plan.mail_before_min)
    meeting.repeat_rule = None
    if plan.start is not None:
        meeting.time_zone = plan.start.zone
        meeting.repeat_rule = _rule(plan.repeat, plan.start) if plan.repeat else None
        meeting.first_start = times_of(plan)[0]
    if meeting.starts_at is None:
        meeting.starts_at = meeting.first_start


def _rule(repeat: Repeat, start: LocalStart) -> str:
    return rule(repeat, local=start.local, zone=start.zone)


def _planned_before(session: Session, organiser: Account, planned_from: str | None) -> Meeting | None:
    if planned_from is None:
        return None
    return session.scalar(
        select(Meeting).where(Meeting.planned_from == planned_from, Meeting.organiser_id == organiser.id)
    )


def _planned_like(
    session: Session, meeting: Meeting, plan: MeetingPlan, *, plugins: PluginHost, now: datetime
) -> Meeting:
    """The meeting that was planned from a form before, when it is still to be as the form says.

    :raises PlannedAlready: when it is another one by now.
    :raises PlanRefused: with every problem of the plan.
    """
    known = plan_of(session, meeting=meeting)
    is_over = meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED)
    if is_over or differences(known, check_plan(plugins, plan, now=now, known=known)):
        raise PlannedAlready
    return meeting
