"""Changing what is planned, and cancelling it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.calendar import LocalStart, resolve
from palabre.duties import withdraw_duties
from palabre.errors import Refused
from palabre.hookspecs import meetings as hooks
from palabre.i18n import gettext as _
from palabre.invitations import (
    Guest,
    ask_again,
    invite,
    invite_now,
    schedule_mails,
    send_cancellation,
    send_update,
    set_guests,
)
from palabre.meetings.checking import PlanRefused, check_duration, check_plan, check_start, times_of
from palabre.meetings.course import CLOSE, START, lay_out, occurrences_of, settle
from palabre.meetings.links import close_public_link, open_public_link
from palabre.meetings.planning import write_plan
from palabre.meetings.plans import Difference, MeetingPlan, differences, plan_of
from palabre.model import Meeting, MeetingState, Occurrence
from palabre.plugins.host import PluginHost


class EditedMeanwhile(Refused):
    """Somebody else, or another tab, changed the meeting since it was read.

    :param found: in what the plan that was given differs from what is planned now.
    """

    def __init__(self, found: tuple[Difference, ...]) -> None:
        super().__init__(
            "edited_meanwhile",
            _("This meeting was changed meanwhile. Look at the differences and choose what counts."),
        )
        self.differences = found


def change(
    session: Session,
    *,
    plugins: PluginHost,
    meeting: Meeting,
    plan: MeetingPlan,
    edit: int,
    tell_guests: bool,
    now: datetime,
) -> Meeting:
    """Make this the plan of a meeting, in the caller's transaction. ``announce_changed`` after the commit.

    Guests who are new are invited, guests who are taken off are told, whatever ``tell_guests`` says. With another start
    or repetition everybody's answer is open again.

    :param edit: the meeting's ``edit`` when what was changed was read.
    :param tell_guests: mail an update where the change matters to them.
    :raises EditedMeanwhile: when it was edited since; the same change twice is done once.
    :raises PlanRefused: with every problem of the plan.
    :raises Refused: ``meeting_live``, ``meeting_over``, ``meeting_cancelled``, or from a plugin's guard
        ``meeting_planning``.
    """
    _lock(session, meeting)
    check_planned(meeting)
    known = plan_of(session, meeting=meeting)
    if meeting.edit != edit:
        found = differences(known, plan)
        if found:
            raise EditedMeanwhile(found)
        return meeting
    plan = check_plan(plugins, plan, now=now, known=known)
    found = differences(known, plan)
    if not found:
        return meeting
    fields = {one.field for one in found}
    matters = any(one.matters_to_guests for one in found)
    write_plan(meeting, plan)
    meeting.edit += 1
    meeting.revision += matters
    if fields & {"start", "duration_min", "repeat"}:
        lay_out(session, meeting=meeting, starts=_still_to_come(session, meeting, plan, now))
    if "is_public" in fields:
        (open_public_link if plan.is_public else close_public_link)(session, meeting=meeting, now=now)
    guests = set_guests(session, meeting=meeting, guests=plan.guests, now=now)
    if fields & {"start", "repeat"}:
        ask_again(session, meeting=meeting)
    settle(session, meeting=meeting, now=now)
    plugins.guard(hooks.meeting_planning, session=session, meeting=meeting)
    if guests.removed:
        send_cancellation(session, meeting=meeting, now=now, invitees=guests.removed)
    if matters and tell_guests:
        send_update(session, meeting=meeting, now=now)
    elif guests.added:
        invite(session, meeting=meeting, now=now)
    schedule_mails(session, meeting=meeting, now=now)
    return meeting


def add_guests(
    session: Session, *, plugins: PluginHost, meeting: Meeting, guests: Iterable[Guest], now: datetime
) -> tuple[str, ...]:
    """Put more people on the list of a meeting that is planned or takes place, in the caller's transaction.

    Who comes to a meeting that takes place is invited at once, whatever mails were chosen: no other would reach them.
    Who is on the list already stays as they are. ``announce_changed`` after the commit.

    :returns: the addresses that are new.
    :raises Refused: ``bad_address``, ``bad_language``, ``meeting_over``, ``meeting_cancelled``, or from a plugin's
        guard ``meeting_planning``.
    """
    _lock(session, meeting)
    if meeting.state is not MeetingState.LIVE:
        check_planned(meeting)
    listed = plan_of(session, meeting=meeting).guests
    added = set_guests(session, meeting=meeting, guests=(*listed, *guests), now=now).added
    if not added:
        return ()
    meeting.edit += 1
    session.flush()
    plugins.guard(hooks.meeting_planning, session=session, meeting=meeting)
    if meeting.state is MeetingState.LIVE:
        invite_now(session, meeting=meeting, emails=added, now=now)
    else:
        invite(session, meeting=meeting, now=now)
        schedule_mails(session, meeting=meeting, now=now)
    return added


def cancel(session: Session, *, meeting: Meeting, now: datetime, tell_guests: bool = True) -> None:
    """Call a meeting off, with every time that it has not taken place yet. ``announce_cancelled`` after the commit.

    :raises Refused: ``meeting_live``, ``meeting_over``.
    """
    _lock(session, meeting)
    if meeting.state is MeetingState.CANCELLED:
        return
    check_planned(meeting)
    for occurrence in occurrences_of(session, meeting=meeting):
        if occurrence.state is MeetingState.PLANNED:
            occurrence.state = MeetingState.CANCELLED
    meeting.state = MeetingState.CANCELLED
    meeting.edit += 1
    meeting.revision += 1
    _call_off(session, meeting, now=now, tell_guests=tell_guests)


def change_occurrence(
    session: Session,
    *,
    occurrence: Occurrence,
    start: LocalStart,
    duration_min: int,
    now: datetime,
    tell_guests: bool = True,
) -> Meeting:
    """Move one time of a repeated meeting; the others stay. ``announce_changed`` after the commit.

    :raises PlanRefused: ``past_start``, ``far_start``, ``bad_start``, ``unknown_zone``, ``bad_duration``.
    :raises Refused: as ``change``.
    """
    meeting = _meeting_of(session, occurrence)
    found: dict[str, tuple[str, str]] = {}
    moved = occurrence.starts_at
    try:
        moved = resolve(start.local, start.zone).utc
    except Refused as refusal:
        found["start"] = refusal.code, refusal.message
    else:
        problem = check_start(moved, now=now) if moved != occurrence.starts_at else None
        if problem is not None:
            found["start"] = problem
    problem = check_duration(duration_min)
    if problem is not None:
        found["duration_min"] = problem
    if found:
        raise PlanRefused(found)
    if (occurrence.starts_at, occurrence.duration_min) != (moved, duration_min):
        occurrence.starts_at, occurrence.duration_min, occurrence.is_exception = moved, duration_min, True
        _tell_of_one(session, meeting, now=now)
        if tell_guests:
            send_update(session, meeting=meeting, now=now, occurrence=occurrence)
    return meeting


def cancel_occurrence(
    session: Session, *, occurrence: Occurrence, now: datetime, tell_guests: bool = True
) -> Meeting:
    """Call one time of a repeated meeting off; the others stay. ``announce_changed`` after the commit.

    When it was the only one left, the meeting is over, or cancelled when it never took place.

    :raises Refused: as ``change``.
    """
    meeting = _meeting_of(session, occurrence)
    occurrence.state, occurrence.is_exception = MeetingState.CANCELLED, True
    _tell_of_one(session, meeting, now=now)
    if meeting.state is MeetingState.CANCELLED:
        _call_off(session, meeting, now=now, tell_guests=tell_guests)
    elif tell_guests:
        send_cancellation(session, meeting=meeting, now=now, occurrence=occurrence)
    return meeting


def check_planned(meeting: Meeting) -> None:
    """Whether a meeting is still to come.

    :raises Refused: ``meeting_live``, ``meeting_over``, ``meeting_cancelled``.
    """
    if meeting.state is MeetingState.LIVE:
        raise Refused("meeting_live", _("This meeting is taking place. Stop it first."))
    if meeting.state is MeetingState.ENDED:
        raise Refused("meeting_over", _("This meeting is over."))
    if meeting.state is MeetingState.CANCELLED:
        raise Refused("meeting_cancelled", _("This meeting was cancelled."))


def _still_to_come(session: Session, meeting: Meeting, plan: MeetingPlan, now: datetime) -> list[datetime]:
    """The times of a plan: those that are past only if the meeting has them already."""
    known = {one.recurrence_id for one in occurrences_of(session, meeting=meeting)}
    times = times_of(plan)
    return [time for number, time in enumerate(times) if number == 0 or time in known or time > now]


def _meeting_of(session: Session, occurrence: Occurrence) -> Meeting:
    """The meeting of a time that is still to come, locked.

    :raises Refused: as ``change``.
    """
    meeting = session.get_one(Meeting, occurrence.meeting_id)
    _lock(session, meeting)
    session.refresh(occurrence)
    if meeting.state is not MeetingState.LIVE:
        check_planned(meeting)
    if occurrence.state is MeetingState.LIVE:
        raise Refused("meeting_live", _("This meeting is taking place. Stop it first."))
    if occurrence.state is MeetingState.ENDED:
        raise Refused("meeting_over", _("This meeting is over."))
    if occurrence.state is MeetingState.CANCELLED:
        raise Refused("meeting_cancelled", _("This meeting was cancelled."))
    return meeting


def _tell_of_one(session: Session, meeting: Meeting, *, now: datetime) -> None:
    meeting.edit += 1
    meeting.revision += 1
    session.flush()
    settle(session, meeting=meeting, now=now)
    schedule_mails(session, meeting=meeting, now=now)


def _call_off(session: Session, meeting: Meeting, *, now: datetime, tell_guests: bool) -> None:
    withdraw_duties(session, meeting_id=meeting.id, kind=START)
    withdraw_duties(session, meeting_id=meeting.id, kind=CLOSE)
    session.flush()
    schedule_mails(session, meeting=meeting, now=now)
    if tell_guests:
        send_cancellation(session, meeting=meeting, now=now)
    session.expire(meeting, ["occurrences"])


def _lock(session: Session, meeting: Meeting) -> None:
    """Nobody else changes the meeting until the transaction ends; read anew, as the last one left it."""
    session.flush()
    session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
