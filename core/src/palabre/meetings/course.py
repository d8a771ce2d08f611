"""The course of a meeting: which of its times comes next, and what the worker owes it.

Every meeting with a start has a row for each time that it takes place. The meeting's own row describes the time that is
live or next. Opening at the start and closing after an end to which nobody came are duties, so nothing is lost when a
process is killed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.duties import add_duty, withdraw_duties
from palabre.model import Meeting, MeetingState, Occurrence

#: Kinds of the duties that open a meeting at its start and close it when nobody came.
START, CLOSE = "meeting.start", "meeting.close"


def occurrences_of(session: Session, *, meeting: Meeting) -> list[Occurrence]:
    """Every time a meeting takes place, in order."""
    return list(
        session.scalars(
            select(Occurrence)
            .where(Occurrence.meeting_id == meeting.id)
            .order_by(Occurrence.starts_at, Occurrence.id)
        )
    )


def current_occurrence(session: Session, *, meeting: Meeting) -> Occurrence | None:
    """The time that is live, or else the next one; ``None`` when there is none."""
    found = occurrences_of(session, meeting=meeting)
    live = [one for one in found if one.state is MeetingState.LIVE]
    planned = [one for one in found if one.state is MeetingState.PLANNED]
    return next(iter([*live, *planned]), None)


def planned_end(occurrence: Occurrence) -> datetime:
    """When it is expected to be over."""
    return occurrence.starts_at + timedelta(minutes=occurrence.duration_min)


def lay_out(session: Session, *, meeting: Meeting, starts: Iterable[datetime]) -> None:
    """Make these the times of a meeting that nobody has been to yet. What was changed by hand about one stays.

    A time that took place stays too, and so do those before now that the rule names again.
    """
    wanted = list(starts)
    known = {one.recurrence_id: one for one in occurrences_of(session, meeting=meeting)}
    if len(known) == 1 and len(wanted) == 1:  # the only time moves: it stays the same one
        (only,) = known.values()
        if only.state is MeetingState.PLANNED:
            only.recurrence_id = only.starts_at = wanted[0]
            only.duration_min, only.is_exception = meeting.duration_min, False
            session.flush()
            return
    kept = set(wanted)
    for recurrence_id, one in known.items():
        if one.state is MeetingState.PLANNED and not one.is_exception:
            one.duration_min = meeting.duration_min
        if recurrence_id not in kept and one.state in (MeetingState.PLANNED, MeetingState.CANCELLED):
            session.delete(one)
    session.flush()
    session.add_all(
        Occurrence(
            tenant_id=meeting.tenant_id,
            meeting_id=meeting.id,
            recurrence_id=start,
            starts_at=start,
            duration_min=meeting.duration_min,
        )
        for start in wanted
        if start not in known
    )
    session.flush()


def settle(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Turn a meeting that is not live to its next time, and owe what has to happen then.

    Times whose end has passed are over. Without another time the meeting is over, or cancelled when every time was.
    A room that is always open stays as it is.
    """
    found = occurrences_of(session, meeting=meeting)
    if not found or any(one.state is MeetingState.LIVE for one in found):
        return
    for one in found:
        if one.state is MeetingState.PLANNED and planned_end(one) <= now:
            one.state = MeetingState.ENDED
    following = next((one for one in found if one.state is MeetingState.PLANNED), None)
    withdraw_duties(session, meeting_id=meeting.id, kind=START)
    withdraw_duties(session, meeting_id=meeting.id, kind=CLOSE)
    if following is None:
        took_place = any(one.state is MeetingState.ENDED for one in found)
        meeting.state = MeetingState.ENDED if took_place else MeetingState.CANCELLED
    else:
        if meeting.starts_at != following.starts_at:
            meeting.start_refused = None
        meeting.state, meeting.starts_at = MeetingState.PLANNED, following.starts_at
        meeting.started_at = meeting.ended_at = meeting.pinned_features = None
        _owe(session, meeting, following, START, following.starts_at, now)
        _owe(session, meeting, following, CLOSE, planned_end(following), now)
    session.flush()
    session.expire(meeting, ["occurrences"])


def opened(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """The room has opened: the next time is the one that takes place."""
    occurrence = current_occurrence(session, meeting=meeting)
    if occurrence is not None:
        occurrence.state, occurrence.started_at, occurrence.ended_at = MeetingState.LIVE, now, None
        meeting.starts_at = occurrence.starts_at
    meeting.start_refused = None


def closed(
    session: Session, *, meeting: Meeting, now: datetime, comes_again: bool = False, nobody_came: bool = False
) -> None:
    """The room has closed: what took place is over, and the meeting turns to its next time.

    :param comes_again: it was too early: the same time is still to come, and an always open room opens again.
    :param nobody_came: it is over as if it had never begun.
    """
    meeting.ended_at = now
    if nobody_came:
        meeting.started_at = meeting.ended_at = None
    occurrence = current_occurrence(session, meeting=meeting)
    if occurrence is None:
        meeting.state = MeetingState.PLANNED if comes_again else MeetingState.ENDED
        if comes_again:
            meeting.pinned_features = None
        return
    if comes_again:
        occurrence.state, occurrence.started_at = MeetingState.PLANNED, None
    else:
        occurrence.state, occurrence.ended_at = MeetingState.ENDED, now
        if nobody_came:
            occurrence.started_at = occurrence.ended_at = None
    settle(session, meeting=meeting, now=now)


def _owe(
    session: Session, meeting: Meeting, occurrence: Occurrence, kind: str, due_at: datetime, now: datetime
) -> None:
    add_duty(
        session,
        key=f"{kind}:{meeting.id}:{occurrence.id}:{int(due_at.timestamp())}",
        kind=kind,
        due_at=due_at,
        now=now,
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.id,
        data={"occurrence": occurrence.id},
    )
