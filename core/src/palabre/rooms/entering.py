"""Coming in: through a link, after a wait, or back after a break."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotFound, Refused
from palabre.hookspecs import rooms as hooks
from palabre.i18n import current_language
from palabre.i18n import gettext as _
from palabre.model import JoinLink, LinkKind, Meeting, MeetingState, Presence, Role, Tenant
from palabre.model import Participant as ParticipantRow
from palabre.plugins.host import PluginHost
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.announce import Outcome
from palabre.rooms.names import clean_name
from palabre.rooms.opening import DOORS_MIN, is_over, open_room, refuse_when_over
from palabre.rooms.rooms import Rooms
from palabre.rooms.state import Participant, RoomState

#: So long after the last renewal somebody has left, in seconds. A web process notices within a few seconds that one
#: of its sockets is dead and shortens the lease; the full length only passes when the process itself died, and then
#: it is how long it may take to start again before anybody loses their place.
LEASE_S = 20.0


class RoomFull(Refused):
    """The tenant made the room's class a limit, and it is reached."""

    def __init__(self, size: int) -> None:
        super().__init__(
            "room_full", _("This meeting is full: it holds {size} people. Try again later.").format(size=size)
        )


class NotStarted(Refused):
    """Somebody came much too early."""

    def __init__(self, starts_at: datetime, time_zone: str) -> None:
        local = starts_at.astimezone(ZoneInfo(time_zone))
        super().__init__(
            "not_started",
            _("This meeting starts on {date} at {time} ({zone}). Come back then.").format(
                date=format_date(local, locale=current_language()),
                time=format_time(local, "short", locale=current_language()),
                zone=time_zone,
            ),
        )
        self.starts_at = starts_at


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


@dataclass(frozen=True, kw_only=True)
class Entered(Outcome):
    """How it went.

    :param status: ``entered`` or ``waiting``.
    :param participant: public id.
    :param secret: with which this browser comes back; given every time, kept only as a hash.
    :param role: ``presenter`` or ``guest``.
    :param name: as the others read it.
    :param waiting_for: ``presenter``, ``locked`` or ``not_started``.
    :param resumed: the same participant as before the break.
    :param replaced: connection that this one replaces.
    """

    status: Literal["entered", "waiting"]
    participant: str
    secret: str
    role: str
    name: str
    waiting_for: str | None
    resumed: bool
    replaced: str | None


def enter(
    session: Session, rooms: Rooms, *, link: JoinLink, joiner: Joiner, comeback: Comeback | None = None
) -> Entered:
    """Let somebody in, or let them wait, in the caller's transaction. Opens the room when it is the first.

    :raises Refused: ``bad_name``, ``meeting_ended``, ``meeting_cancelled``, ``not_started``, ``room_full``,
        ``unknown_participant``, ``removed``, or what a plugin's guard says.
    """
    name = clean_name(joiner.name) if comeback is None else ""
    with rooms.change(session, link.meeting_id) as room:
        refuse_when_over(room.meeting)
        row = _known(room, comeback) if comeback else None
        secret = comeback.secret if comeback else secrets.token_urlsafe(24)
        row = row or _new_row(room, link, name, joiner, secret)
        room.actor_id = row.public_id
        replaced = row.connection if row.connection != joiner.connection else None
        row.connection, row.lease_until = joiner.connection, lease_until(room.now)
        waiting_for = None
        if row.public_id in room.state.participants:
            _come_back(room, row)
        elif waiting_for := obstacle(session, room.meeting, room.state, row, room.now):
            _wait(room, row, waiting_for)
        else:
            _join(rooms, room, row, joiner)
        present = room.state.participants.get(row.public_id)
        return Entered(
            meeting=room.meeting,
            scope=room.scope,
            events=tuple(room.events),
            status="entered" if present else "waiting",
            participant=row.public_id,
            secret=secret,
            role=present.role if present else row.role.value,
            name=row.name,
            waiting_for=waiting_for,
            resumed=comeback is not None,
            replaced=replaced,
        )


def lease_until(now: datetime) -> datetime:
    """Until when a connection that spoke at ``now`` is believed alive."""
    return now + timedelta(seconds=LEASE_S)


def obstacle(
    session: Session, meeting: Meeting, state: RoomState, row: ParticipantRow, now: datetime
) -> str | None:
    """For what somebody has to wait before the door; ``None`` when they may come in, or are told there why not."""
    if is_over(meeting):
        return None
    if _is_too_early(meeting, now) and not (row.role is Role.PRESENTER and meeting.early_entry):
        return "not_started"
    if _was_let_in(meeting, row):
        return None
    if _was_removed(session, row):
        return "locked"
    if row.role is Role.PRESENTER or (meeting.is_demonstration and not state.presenters()):
        return None
    if meeting.wait_for_presenter and not state.presenters():
        return "presenter"
    if state.meeting.locked:
        return "locked"
    return None


def _is_too_early(meeting: Meeting, now: datetime) -> bool:
    return meeting.starts_at is not None and meeting.state is MeetingState.PLANNED and now < meeting.starts_at


def _was_let_in(meeting: Meeting, row: ParticipantRow) -> bool:
    """Whether somebody was admitted, or lost their place, since the room opened."""
    since = meeting.started_at
    if meeting.state is not MeetingState.LIVE or since is None:
        return False
    was_inside = row.entered_at is not None and row.left_reason == "lost"
    return (row.admitted_at is not None and row.admitted_at >= since) or (
        was_inside and row.left_at is not None and row.left_at >= since
    )


def _known(room: RoomTransaction, comeback: Comeback) -> ParticipantRow:
    row = room.session.scalar(
        select(ParticipantRow).where(
            ParticipantRow.public_id == _ascii(comeback.id), ParticipantRow.meeting_id == room.meeting.id
        )
    )
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(comeback.secret)):
        raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
    if row.left_reason == "removed":
        raise Refused("removed", _("A presenter has removed you from this meeting."))
    if row.left_reason in ("left", "ended"):
        raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
    return row


def _new_row(room: RoomTransaction, link: JoinLink, name: str, joiner: Joiner, secret: str) -> ParticipantRow:
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
    room.session.add(row)
    room.session.flush()
    return row


def _was_removed(session: Session, row: ParticipantRow) -> bool:
    """Whether a presenter showed the bearer of the same personal link out of this meeting before."""
    return (
        session.scalar(
            select(ParticipantRow.id)
            .join(JoinLink, JoinLink.id == ParticipantRow.link_id)
            .where(
                ParticipantRow.link_id == row.link_id,
                ParticipantRow.left_reason == "removed",
                JoinLink.kind == LinkKind.PERSONAL,
            )
            .limit(1)
        )
        is not None
    )


def _wait(room: RoomTransaction, row: ParticipantRow, reason: str) -> None:
    starts_at = room.meeting.starts_at
    if (
        reason == "not_started"
        and starts_at is not None
        and starts_at - room.now > timedelta(minutes=DOORS_MIN)
    ):
        raise NotStarted(starts_at, room.meeting.time_zone)
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


def _join(rooms: Rooms, room: RoomTransaction, row: ParticipantRow, joiner: Joiner) -> None:
    meeting = room.meeting
    if meeting.state is not MeetingState.LIVE:
        try:
            open_room(rooms, room)
        except Refused as refusal:
            raise refusal if row.role is Role.PRESENTER else refusal.for_guest() from None
    _refuse_when_full(room)
    _ask_plugins(rooms.plugins, room, meeting, joiner)
    if meeting.is_demonstration and not room.state.presenters():
        row.role = Role.PRESENTER
    row.presence, row.waiting_for = Presence.PRESENT, None
    row.entered_at, row.left_at, row.left_reason = room.now, None, None
    person = Participant(row.public_id, row.name, row.role.value, room.now.isoformat(), row.via)
    room.append("joined", {"participant": asdict(person)})


def _refuse_when_full(room: RoomTransaction) -> None:
    size = room.meeting.room_class.recommended_size
    if (
        len(room.state.participants) >= size
        and room.session.get_one(Tenant, room.meeting.tenant_id).class_is_limit
    ):
        raise RoomFull(size)


def _ask_plugins(plugins: PluginHost, room: RoomTransaction, meeting: Meeting, joiner: Joiner) -> None:
    plugins.guard(hooks.participant_joining, session=room.session, meeting=meeting, joiner=joiner)


def _come_back(room: RoomTransaction, row: ParticipantRow) -> None:
    if not room.state.participants[row.public_id].connected:
        room.append("came_back", {"participant": row.public_id})


def _hash(secret: str) -> str:
    return hashlib.sha256(_ascii(secret).encode()).hexdigest()


def _ascii(given: object) -> str:
    # what we gave was ASCII; anything else that comes back is nobody's, and some of it no database takes
    return (
        given
        if isinstance(given, str) and len(given) <= 64 and given.isascii() and given.isprintable()
        else ""
    )
