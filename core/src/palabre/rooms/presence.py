"""Who is really there: leases that connections renew, and what happens when one runs out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from palabre.model import Meeting, MeetingState, Participant, Presence
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.entering import lease_until
from palabre.rooms.events import Event
from palabre.rooms.rooms import Rooms

#: A dropped connection may come back for so long before the others see it leave, in seconds.
GRACE_S = 3.0


@dataclass(frozen=True)
class Gone:
    """Somebody whose presence ended or paused, with what the journal says of it."""

    meeting_id: int
    participant: str
    events: tuple[Event, ...]


def renew_leases(session: Session, rooms: Rooms, connections: Collection[str]) -> None:
    """Say that these connections are alive. One statement for all of them, every two seconds."""
    if connections:
        session.execute(
            update(Participant)
            .where(Participant.connection.in_(connections))
            .values(lease_until=lease_until(rooms.clock.now()))
            .execution_options(synchronize_session=False)
        )


def connection_dropped(session: Session, rooms: Rooms, *, participant: str, connection: str) -> Gone | None:
    """A connection broke: the others see it at once, and the participant has ``GRACE_S`` to come back.

    ``None`` when another connection has taken over meanwhile.
    """
    row = _row(session, participant)
    if row is None or row.connection != connection or row.presence is Presence.LEFT:
        return None
    row.lease_until = rooms.clock.now() + timedelta(seconds=GRACE_S)
    if row.presence is Presence.WAITING:
        return None
    room = rooms.change(session, row.meeting_id)
    present = room.state.participants.get(participant)
    if present is not None and present.connected:
        room.append("connection_lost", {"participant": participant})
    rooms.keep(room)
    return Gone(row.meeting_id, participant, tuple(room.events))


def expire_leases(session: Session, rooms: Rooms) -> list[Gone]:
    """Everybody whose lease ran out leaves. Any process may sweep: the transaction makes it happen once."""
    now = rooms.clock.now()
    due = session.scalars(
        select(Participant.public_id).where(
            Participant.presence != Presence.LEFT, Participant.lease_until < now
        )
    ).all()
    return [gone for participant in due if (gone := _expire(session, rooms, participant)) is not None]


def _expire(session: Session, rooms: Rooms, participant: str) -> Gone | None:
    row = _row(session, participant)
    if row is None:
        return None
    room = rooms.change(session, row.meeting_id)
    session.refresh(row)
    if row.presence is not Presence.LEFT and row.lease_until is not None and row.lease_until < room.now:
        depart(room, row, "lost")
    rooms.keep(room)
    return Gone(row.meeting_id, participant, tuple(room.events))


def depart(room: RoomTransaction, row: Participant, reason: str) -> None:
    """Somebody is no longer in the room, or no longer before its door.

    :param reason: ``left``, ``lost``, ``removed`` or ``ended``.
    """
    row.presence, row.left_at, row.left_reason = Presence.LEFT, room.now, reason
    row.lease_until = row.waiting_for = None
    if row.public_id in room.state.participants:
        room.append("left", {"participant": row.public_id, "reason": reason})
        _hand_over_demonstration(room)
    elif row.public_id in room.state.waiting:
        room.append("waiting_ended", {"participant": row.public_id}, audience="presenters")


def _hand_over_demonstration(room: RoomTransaction) -> None:
    """A demonstration always has a presenter while somebody is there; empty, it starts afresh."""
    if not room.meeting.is_demonstration:
        return
    if not room.state.participants:
        end(room)
    elif not room.state.presenters():
        longest = next(iter(room.state.participants))
        room.append("role_changed", {"participant": longest, "role": "presenter"})


def end(room: RoomTransaction) -> None:
    """The meeting is over for all. A demonstration opens again with the next who comes."""
    meeting = room.meeting
    room.append("ended", {})
    for row in room.session.scalars(
        select(Participant).where(Participant.meeting_id == meeting.id, Participant.presence != Presence.LEFT)
    ):
        row.presence, row.left_at, row.left_reason = Presence.LEFT, room.now, "ended"
        row.lease_until = row.waiting_for = None
    meeting.ended_at = room.now
    meeting.state = MeetingState.PLANNED if meeting.is_demonstration else MeetingState.ENDED


def admissible(session: Session, rooms: Rooms, meeting_id: int) -> list[str]:
    """Public ids of those who wait and could come in now: their door is told to ask again."""
    meeting, _registry, state = rooms.read(session, meeting_id)
    try:
        opened = _opened_reasons(rooms, meeting, bool(state.presenters()), state.meeting.locked)
        return list(
            session.scalars(
                select(Participant.public_id).where(
                    Participant.meeting_id == meeting_id,
                    Participant.presence == Presence.WAITING,
                    Participant.admitted_at.is_not(None) | Participant.waiting_for.in_(opened),
                )
            )
        )
    finally:
        rooms.done(meeting_id, state)


def _opened_reasons(rooms: Rooms, meeting: Meeting, presenter_there: bool, locked: bool) -> list[str]:
    started = meeting.state is MeetingState.LIVE or (
        meeting.starts_at is not None and rooms.clock.now() >= meeting.starts_at
    )
    return [
        reason
        for reason, open_ in (
            ("presenter", presenter_there and not locked),
            ("locked", not locked),
            ("not_started", started and not locked),
        )
        if open_
    ]


def _row(session: Session, participant: str) -> Participant | None:
    return session.scalar(select(Participant).where(Participant.public_id == participant))
