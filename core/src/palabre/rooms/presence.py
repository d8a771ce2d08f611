"""Who is really there: leases that connections renew, and what happens when one runs out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from palabre.model import Participant, Presence, Role
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.announce import Outcome
from palabre.rooms.entering import lease_until, obstacle
from palabre.rooms.opening import end_room
from palabre.rooms.rooms import Rooms
from palabre.rooms.state import RoleName

#: A dropped connection may come back for so long before the others see it leave, in seconds.
GRACE_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Gone(Outcome):
    """Somebody whose presence ended or paused.

    :param participant: public id.
    """

    participant: str


def renew_leases(session: Session, rooms: Rooms, connections: Collection[str]) -> set[str]:
    """Say that these connections are alive: one statement for all of them, every two seconds.

    :returns: those that still hold somebody's place. Another was replaced by a newer connection, or its participant
        has left: its socket is to be closed.
    """
    if not connections:
        return set()
    held = session.scalars(
        update(Participant)
        .where(Participant.connection.in_(list(connections)), Participant.presence != Presence.LEFT)
        .values(lease_until=lease_until(rooms.clock.now()))
        .returning(Participant.connection)
        .execution_options(synchronize_session=False)
    )
    return {connection for connection in held if connection is not None}


def connection_dropped(session: Session, rooms: Rooms, *, participant: str, connection: str) -> Gone | None:
    """A connection broke: the others see it at once, and the participant has ``GRACE_S`` to come back.

    ``None`` when another connection has taken over meanwhile, or the participant had left.
    """
    row = _row(session, participant)
    if row is None:
        return None
    with rooms.change(session, row.meeting_id) as room:
        session.refresh(row)
        if row.connection != connection or row.presence is Presence.LEFT:
            return None
        row.lease_until = room.now + timedelta(seconds=GRACE_S)
        present = room.state.participants.get(participant)
        if present is not None and present.connected:
            room.append("connection_lost", {"participant": participant})
        return _gone(room, participant)


def expire_leases(session: Session, rooms: Rooms) -> list[Gone]:
    """Everybody whose lease ran out leaves. Any process may sweep: the room's lock makes it happen once.

    One room after the other in the caller's transaction; the worker calls it with one transaction for each room.
    """
    return [
        gone
        for meeting_id in rooms_to_sweep(session, rooms)
        for gone in expire_leases_in(session, rooms, meeting_id)
    ]


def rooms_to_sweep(session: Session, rooms: Rooms) -> list[int]:
    """Meetings in which a lease has run out."""
    lapsed = select(Participant.meeting_id).where(
        Participant.presence != Presence.LEFT, Participant.lease_until < rooms.clock.now()
    )
    return list(session.scalars(lapsed.distinct().order_by(Participant.meeting_id)))


def expire_leases_in(session: Session, rooms: Rooms, meeting_id: int) -> list[Gone]:
    """Everybody in one room whose lease ran out leaves, in the caller's transaction."""
    gone = []
    with rooms.change(session, meeting_id) as room:
        for row in _lapsed(room):
            before = len(room.events)
            depart(room, row, "lost")
            gone.append(_gone(room, row.public_id, since=before))
    return gone


def depart(room: RoomTransaction, row: Participant, reason: str) -> None:
    """Somebody is no longer in the room, or no longer before its door.

    :param reason: ``left``, ``lost`` or ``removed``.
    """
    row.presence, row.left_at, row.left_reason = Presence.LEFT, room.now, reason
    row.lease_until = row.waiting_for = row.connection = None
    if row.public_id in room.state.participants:
        room.append("left", {"participant": row.public_id, "reason": reason})
        _keep_demonstration_led(room)
    elif row.public_id in room.state.waiting:
        room.append("waiting_ended", {"participant": row.public_id}, audience="presenters")


def admissible(session: Session, rooms: Rooms, meeting_id: int) -> list[str]:
    """Public ids of those who wait and could come in now: their door is told to ask again."""
    with rooms.read(session, meeting_id) as (meeting, _registry, state):
        waiting = session.scalars(
            select(Participant).where(
                Participant.meeting_id == meeting_id, Participant.presence == Presence.WAITING
            )
        )
        now = rooms.clock.now()
        return [row.public_id for row in waiting if obstacle(session, meeting, state, row, now) is None]


def _lapsed(room: RoomTransaction) -> list[Participant]:
    return list(
        room.session.scalars(
            select(Participant)
            .where(
                Participant.meeting_id == room.meeting.id,
                Participant.presence != Presence.LEFT,
                Participant.lease_until < room.now,
            )
            .order_by(Participant.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _keep_demonstration_led(room: RoomTransaction) -> None:
    """A demonstration always has a presenter while somebody is there; empty, it starts afresh."""
    if not room.meeting.is_demonstration:
        return
    if not room.state.participants:
        end_room(room)
    elif not room.state.presenters():
        longest = next(iter(room.state.participants.values()))
        become(room, longest.id, "presenter")


def become(room: RoomTransaction, participant: str, role: RoleName) -> None:
    """Change somebody's role. A new presenter needs neither hand nor floor any more."""
    person = room.state.participants[participant]
    if person.role == role:
        return
    if person.hand_raised_at is not None:
        room.append("hand_lowered", {"participant": person.id})
    if person.floor:
        room.append("floor_taken", {"participant": person.id})
    room.append("role_changed", {"participant": person.id, "role": role})
    room.session.execute(
        update(Participant).where(Participant.public_id == person.id).values(role=Role(role))
    )


def _gone(room: RoomTransaction, participant: str, *, since: int = 0) -> Gone:
    return Gone(
        meeting=room.meeting, scope=room.scope, events=tuple(room.events[since:]), participant=participant
    )


def _row(session: Session, participant: str) -> Participant | None:
    return session.scalar(select(Participant).where(Participant.public_id == participant))
