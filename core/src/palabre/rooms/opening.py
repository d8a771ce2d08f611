"""A room opens, at its start or with the first who comes in, and ends for all. What comes again opens again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.hookspecs import meetings
from palabre.i18n import gettext as _
from palabre.meetings import course
from palabre.model import Meeting, MeetingState, Participant, Presence
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.announce import Outcome
from palabre.rooms.rooms import Rooms, settings_of

#: Guests may wait before the door from so long before the start, in minutes. A room that was opened and ended even
#: earlier, to try something out, opens again at its start.
DOORS_MIN = 60


def is_over(meeting: Meeting) -> bool:
    """Whether nobody comes in any more."""
    return meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED)


def refuse_when_over(meeting: Meeting) -> None:
    """Turn away whoever comes to a meeting that is over.

    :raises Refused: ``meeting_ended``, ``meeting_cancelled``.
    """
    if meeting.state is MeetingState.CANCELLED:
        raise Refused("meeting_cancelled", _("This meeting was cancelled by its organiser."))
    if is_over(meeting):
        raise Refused("meeting_ended", _("This meeting is over."))


def start_meeting(session: Session, rooms: Rooms, meeting_id: int) -> Outcome:
    """Open a room now, whenever it was to start, in the caller's transaction; nothing when it is open already.

    Call it in the tenant's scope, and ``announce`` the outcome after the commit.

    :raises NotFound: code ``unknown_meeting``.
    :raises Refused: ``meeting_ended``, ``meeting_cancelled``, or from a plugin's guard ``meeting_starting``.
    """
    with rooms.change(session, meeting_id) as room:
        refuse_when_over(room.meeting)
        if room.meeting.state is not MeetingState.LIVE:
            open_room(rooms, room)
        return Outcome(meeting=room.meeting, scope=room.scope, events=tuple(room.events))


def stop_meeting(session: Session, rooms: Rooms, meeting_id: int) -> Outcome:
    """End a meeting for all, in the caller's transaction; nothing when it is not live.

    Call it in the tenant's scope, and ``announce`` the outcome after the commit.

    :raises NotFound: code ``unknown_meeting``.
    """
    with rooms.change(session, meeting_id) as room:
        if room.meeting.state is MeetingState.LIVE:
            end_room(room)
        return Outcome(meeting=room.meeting, scope=room.scope, events=tuple(room.events))


def open_room(rooms: Rooms, room: RoomTransaction) -> None:
    """Make the meeting live: plugins asked, features pinned as they are for the tenant now, ``opened`` in the journal.

    :raises Refused: from a plugin's guard ``meeting_starting``.
    """
    meeting = room.meeting
    rooms.plugins.guard(meetings.meeting_starting, session=room.session, meeting=meeting)
    meeting.state = MeetingState.LIVE
    meeting.started_at, meeting.ended_at = room.now, None
    meeting.pinned_features = " ".join(sorted(room.scope.features))
    course.opened(room.session, meeting=meeting, now=room.now)
    settings = asdict(settings_of(meeting))
    room.append(
        "opened",
        {
            "meeting": {
                key: settings[key] for key in ("name", "room_class", "microphones", "wait_for_presenter")
            }
        },
    )


def end_room(room: RoomTransaction, *, comes_again: bool = False, nobody_came: bool = False) -> None:
    """The meeting is over for all. A repeated one is planned for its next time; a demonstration opens again, empty,
    with the next who comes.

    :param comes_again: it was too early, so the same time is still to come; always so when it ends more than
        ``DOORS_MIN`` before its start.
    :param nobody_came: it is over as if it had never begun.
    """
    meeting = room.meeting
    room.append("ended", {})
    room.session.execute(
        update(Participant)
        .where(Participant.meeting_id == meeting.id, Participant.presence != Presence.LEFT)
        .values(
            presence=Presence.LEFT,
            left_at=room.now,
            left_reason="ended",
            lease_until=None,
            waiting_for=None,
            connection=None,
        )
    )
    if meeting.is_demonstration:
        meeting.state, meeting.ended_at = MeetingState.PLANNED, room.now
        meeting.pinned_features = None
        return
    doors = timedelta(minutes=DOORS_MIN)
    much_too_early = meeting.starts_at is not None and room.now < meeting.starts_at - doors
    course.closed(
        room.session,
        meeting=meeting,
        now=room.now,
        comes_again=comes_again or much_too_early,
        nobody_came=nobody_came,
    )
