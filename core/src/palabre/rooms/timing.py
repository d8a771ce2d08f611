"""What happens to a room by itself: it opens at its start, and closes when nobody came or everybody has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.duties import finish
from palabre.meetings import course
from palabre.model import Duty, Meeting, MeetingState, Participant, Presence
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.announce import Outcome
from palabre.rooms.opening import DOORS_MIN, end_room, open_room
from palabre.rooms.rooms import Rooms


def open_at_start(session: Session, rooms: Rooms, duty: Duty) -> Outcome | None:
    """Do a duty of kind ``meeting.start``: the room opens, unless somebody was quicker or the plan has changed.

    :param duty: as it was claimed.
    :returns: what to announce; ``None`` when nothing was to be done.
    :raises Refused: from a plugin's guard ``meeting_starting``; then nothing is written.
    """
    with rooms.change(session, _meeting_of(duty)) as room:
        meeting = room.meeting
        if not finish(session, duty, now=room.now):
            return None
        occurrence = course.current_occurrence(session, meeting=meeting)
        if (
            occurrence is None
            or occurrence.id != duty.data["occurrence"]
            or occurrence.state is not MeetingState.PLANNED
            or not occurrence.starts_at <= room.now < course.planned_end(occurrence)
        ):
            return None
        open_room(rooms, room)
        return _outcome(room)


def close_unused(session: Session, rooms: Rooms, duty: Duty) -> Outcome | None:
    """Do a duty of kind ``meeting.close``: at its planned end, a meeting to which nobody came is over.

    :param duty: as it was claimed.
    :returns: what to announce; ``None`` when somebody came, or the room never opened.
    """
    with rooms.change(session, _meeting_of(duty)) as room:
        meeting = room.meeting
        if not finish(session, duty, now=room.now):
            return None
        occurrence = course.current_occurrence(session, meeting=meeting)
        if occurrence is None or occurrence.id != duty.data["occurrence"]:
            return None
        if occurrence.state is MeetingState.PLANNED:
            course.settle(session, meeting=meeting, now=room.now)
            return None
        if _is_empty(session, meeting) and _last_left(session, meeting) is None:
            end_room(room, nobody_came=True)
        return _outcome(room)


def empty_rooms(session: Session) -> list[int]:
    """Meetings that are live although nobody is in their room or before its door."""
    people = select(Participant.meeting_id).where(Participant.presence != Presence.LEFT)
    return list(
        session.scalars(
            select(Meeting.id)
            .where(
                Meeting.state == MeetingState.LIVE,
                Meeting.is_demonstration.is_(False),
                Meeting.id.not_in(people),
            )
            .order_by(Meeting.id)
        )
    )


def end_when_empty(session: Session, rooms: Rooms, meeting_id: int, *, after_min: float) -> Outcome | None:
    """End a meeting that everybody left ``after_min`` minutes ago, in the caller's transaction.

    Visits before the planned start do not count: the room opens again for it, and so it does when it was started early
    and nobody came within ``DOORS_MIN`` minutes. Where nobody has come since the start,
    it ends at its planned end. A room that is always open opens again with the next who comes.

    :returns: what to announce; ``None`` when it is too soon.
    """
    with rooms.change(session, meeting_id) as room:
        meeting, now = room.meeting, room.now
        if meeting.state is not MeetingState.LIVE or not _is_empty(session, meeting):
            return None
        last = _last_left(session, meeting)
        occurrence = course.current_occurrence(session, meeting=meeting)
        after = timedelta(minutes=after_min)
        if occurrence is None:
            if now - (last or meeting.started_at or now) < after:
                return None
            end_room(room, comes_again=meeting.starts_at is None)
        elif last is not None and last >= occurrence.starts_at:
            if now - last < after:
                return None
            end_room(room)
        elif now < occurrence.starts_at:
            quiet = after if last is not None else max(after, timedelta(minutes=DOORS_MIN))
            if now - (last or meeting.started_at or now) < quiet:
                return None
            end_room(room, comes_again=True)
        elif now < course.planned_end(occurrence) + after:
            return None
        else:
            end_room(room, nobody_came=last is None)
        return _outcome(room)


def _is_empty(session: Session, meeting: Meeting) -> bool:
    here = select(Participant.id).where(
        Participant.meeting_id == meeting.id, Participant.presence != Presence.LEFT
    )
    return session.scalar(here.limit(1)) is None


def _last_left(session: Session, meeting: Meeting) -> datetime | None:
    """When the last person left who was inside since the room opened; ``None`` when nobody was."""
    return session.scalar(
        select(Participant.left_at)
        .where(
            Participant.meeting_id == meeting.id,
            Participant.entered_at >= meeting.started_at,
            Participant.left_at.is_not(None),
        )
        .order_by(Participant.left_at.desc())
        .limit(1)
    )


def _meeting_of(duty: Duty) -> int:
    assert duty.meeting_id is not None  # both kinds are about a meeting
    return duty.meeting_id


def _outcome(room: RoomTransaction) -> Outcome:
    return Outcome(meeting=room.meeting, scope=room.scope, events=tuple(room.events))
