"""A room opens with the first who comes in, and ends for all. A demonstration then opens again."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import update

from palabre.hookspecs import meetings
from palabre.model import Meeting, MeetingState, Participant, Presence
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.rooms import Rooms, settings_of


def is_over(meeting: Meeting) -> bool:
    """Whether nobody comes in any more."""
    return meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED)


def open_room(rooms: Rooms, room: RoomTransaction) -> None:
    """Make the meeting live: plugins asked, features pinned as they are for the tenant now, ``opened`` in the journal.

    :raises Refused: from a plugin's guard ``meeting_starting``.
    """
    meeting = room.meeting
    rooms.plugins.guard(meetings.meeting_starting, session=room.session, meeting=meeting)
    meeting.state = MeetingState.LIVE
    meeting.started_at, meeting.ended_at = room.now, None
    meeting.pinned_features = " ".join(sorted(room.scope.features))
    settings = asdict(settings_of(meeting))
    room.append(
        "opened",
        {
            "meeting": {
                key: settings[key] for key in ("name", "room_class", "microphones", "wait_for_presenter")
            }
        },
    )


def end_room(room: RoomTransaction) -> None:
    """The meeting is over for all. A demonstration opens again, empty, with the next who comes."""
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
    meeting.ended_at = room.now
    meeting.state = MeetingState.ENDED
    if meeting.is_demonstration:
        meeting.state = MeetingState.PLANNED
        meeting.pinned_features = None
