"""Coming in: through a link, after a wait, or back after a break."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import JoinLink, Meeting, MeetingState, Presence, Role, Tenant
from palabre.model import Participant as ParticipantRow
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.events import Event
from palabre.rooms.names import clean_name
from palabre.rooms.rooms import Rooms
from palabre.tenants.scope import current_tenant

#: A connection that says nothing for so long is lost, in seconds.
LEASE_S = 8.0


class RoomFull(Refused):
    """The tenant made the room's class a limit, and it is reached."""

    def __init__(self, size: int) -> None:
        super().__init__(
            "room_full", _("This meeting is full: it holds {size} people. Try again later.").format(size=size)
        )


@dataclass(frozen=True)
class Joiner:
    """Somebody before the door.

    :param connection: identifier of the connection that will hold the lease.
    :param via: ``web``, or another way that a plugin adds.
    """

    name: str
    connection: str
    via: str = "web"


@dataclass(frozen=True)
class Comeback:
    """What a browser shows to be the same participant as before."""

    id: str
    secret: str


@dataclass(frozen=True)
class Entered:
    """How it went.

    :param status: ``entered`` or ``waiting``.
    :param secret: with which this browser comes back; given every time, kept only as a hash.
    :param waiting_for: ``presenter``, ``locked`` or ``not_started``.
    :param resumed: the same participant as before the break.
    :param replaced: connection that this one replaces.
    """

    status: Literal["entered", "waiting"]
    meeting_id: int
    participant: str
    secret: str
    role: str
    events: tuple[Event, ...]
    waiting_for: str | None = None
    resumed: bool = False
    replaced: str | None = None


def enter(
    session: Session, rooms: Rooms, *, link: JoinLink, joiner: Joiner, comeback: Comeback | None = None
) -> Entered:
    """Let somebody in, or let them wait, in the caller's transaction. Opens the room when it is the first.

    :raises Refused: ``bad_name``, ``meeting_ended``, ``room_full``, ``unknown_participant``, or what a plugin's
        guard says.
    """
    room = rooms.change(session, link.meeting_id)
    row = _known(session, room.meeting, comeback) if comeback else None
    name = clean_name(joiner.name) if row is None else row.name
    if room.meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED):
        raise Refused("meeting_ended", _("This meeting is over."))
    secret = comeback.secret if comeback else secrets.token_urlsafe(24)
    if row is None:
        row = _new_row(session, room, link, name, joiner, secret)
    replaced = row.connection if row.connection != joiner.connection else None
    row.connection, row.lease_until = joiner.connection, room.now + timedelta(seconds=LEASE_S)
    if row.public_id in room.state.participants:
        _come_back(room, row)
    else:
        waiting_for = _obstacle(room, row)
        if waiting_for:
            _wait(room, row, waiting_for)
        else:
            _join(session, rooms, room, row, joiner)
    rooms.keep(room)
    present = room.state.participants.get(row.public_id)
    return Entered(
        status="entered" if present else "waiting",
        meeting_id=room.meeting.id,
        participant=row.public_id,
        secret=secret,
        role=present.role if present else row.role.value,
        events=tuple(room.events),
        waiting_for=row.waiting_for,
        resumed=comeback is not None,
        replaced=replaced,
    )


def _known(session: Session, meeting: Meeting, comeback: Comeback) -> ParticipantRow:
    row = session.scalar(
        select(ParticipantRow).where(
            ParticipantRow.public_id == comeback.id, ParticipantRow.meeting_id == meeting.id
        )
    )
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(comeback.secret)):
        raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
    if row.left_reason == "removed":
        raise Refused("removed", _("A presenter has removed you from this meeting."))
    if row.left_reason in ("left", "ended"):
        raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
    return row


def _new_row(
    session: Session, room: RoomTransaction, link: JoinLink, name: str, joiner: Joiner, secret: str
) -> ParticipantRow:
    row = ParticipantRow(
        tenant_id=room.meeting.tenant_id,
        meeting_id=room.meeting.id,
        link_id=link.id,
        name=name,
        role=link.role,
        via=joiner.via,
        presence=Presence.WAITING,
        secret_hash=_hash(secret),
    )
    session.add(row)
    session.flush()
    return row


def _obstacle(room: RoomTransaction, row: ParticipantRow) -> str | None:
    """For what somebody has to wait; ``None`` when they may come in."""
    meeting, state = room.meeting, room.state
    if row.role is Role.PRESENTER or row.admitted_at is not None:
        return None
    if meeting.is_demonstration and not state.presenters():
        return None
    if (
        meeting.starts_at is not None
        and meeting.state is MeetingState.PLANNED
        and room.now < meeting.starts_at
    ):
        return "not_started"
    if state.meeting.wait_for_presenter and not state.presenters():
        return "presenter"
    if state.meeting.locked:
        return "locked"
    return None


def _wait(room: RoomTransaction, row: ParticipantRow, reason: str) -> None:
    row.presence = Presence.WAITING
    row.waiting_for = reason
    known = room.state.waiting.get(row.public_id)
    if known is None or known.reason != reason:
        waiting = {
            "id": row.public_id,
            "name": row.name,
            "since": known.since if known else room.now.isoformat(),
            "reason": reason,
        }
        room.append("waiting", {"waiting": waiting}, audience="presenters")


def _join(session: Session, rooms: Rooms, room: RoomTransaction, row: ParticipantRow, joiner: Joiner) -> None:
    _open(session, rooms, room)
    size = room.meeting.room_class.recommended_size
    if (
        session.get_one(Tenant, room.meeting.tenant_id).class_is_limit
        and len(room.state.participants) >= size
    ):
        raise RoomFull(size)
    rooms.plugins.guard("participant_joining", session=session, meeting=room.meeting, joiner=joiner)
    role = row.role
    if room.meeting.is_demonstration and not room.state.presenters():
        role = Role.PRESENTER
    row.presence, row.waiting_for, row.role = Presence.PRESENT, None, role
    row.entered_at, row.left_at, row.left_reason = room.now, None, None
    room.append(
        "joined",
        {
            "participant": {
                "id": row.public_id,
                "name": row.name,
                "role": role.value,
                "via": row.via,
                "joined_at": room.now.isoformat(),
            }
        },
    )


def _open(session: Session, rooms: Rooms, room: RoomTransaction) -> None:
    """Open the room for the first who comes in: guards, features pinned, ``opened`` in the journal."""
    meeting = room.meeting
    if meeting.state is MeetingState.LIVE:
        return
    rooms.plugins.guard("meeting_starting", session=session, meeting=meeting)
    tenant = current_tenant()
    meeting.state = MeetingState.LIVE
    meeting.started_at, meeting.ended_at = room.now, None
    meeting.pinned_features = " ".join(sorted(tenant.features)) if tenant else ""
    registry = rooms.registry(meeting)
    room.apply, room.sources = registry.apply, registry.sources
    room.state.slices = registry.empty_slices()
    room.append("opened", {})


def _come_back(room: RoomTransaction, row: ParticipantRow) -> None:
    row.presence = Presence.PRESENT
    if not room.state.participants[row.public_id].connected:
        room.append("came_back", {"participant": row.public_id})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def lease_until(now: datetime) -> datetime:
    """Until when a connection that spoke at ``now`` is believed alive."""
    return now + timedelta(seconds=LEASE_S)
