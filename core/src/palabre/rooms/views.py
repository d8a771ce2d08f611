"""The room as one participant may see it, in the protocol's JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from palabre.meetings import shown_name
from palabre.model import Meeting
from palabre.rooms.registry import Registry
from palabre.rooms.rooms import Rooms, journal
from palabre.rooms.state import Participant, RoomState

#: Who missed more events than this gets the whole state.
CATCH_UP_LIMIT = 500


@dataclass(frozen=True)
class CaughtUp:
    """What somebody missed: either the events, or the whole state.

    :param seq: where they stand after it.
    """

    seq: int
    events: list[dict[str, Any]] | None = None
    state: dict[str, Any] | None = None


def snapshot(session: Session, rooms: Rooms, *, meeting_id: int, viewer: str) -> tuple[int, dict[str, Any]]:
    """Where the journal stands and the state as ``viewer`` may see it."""
    with rooms.read(session, meeting_id) as (meeting, registry, state):
        return state.seq, view(meeting, registry, state, viewer)


def events_since(session: Session, rooms: Rooms, *, meeting_id: int, seq: int, viewer: str) -> CaughtUp:
    """What followed ``seq``: the events, or the state when that is too much or ``seq`` is negative."""
    with rooms.read(session, meeting_id) as (meeting, registry, state):
        if seq < 0 or seq > state.seq or state.seq - seq > CATCH_UP_LIMIT:
            return CaughtUp(state.seq, state=view(meeting, registry, state, viewer))
        person = state.participants.get(viewer)
        role = person.role if person else "guest"
        # the state may be ahead of what this transaction can read: count what was really read
        events = journal(session, meeting_id, after=seq, until=state.seq)
        return CaughtUp(
            events[-1].seq if events else seq, events=[event.seen_by(viewer, role) for event in events]
        )


def view(meeting: Meeting, registry: Registry, state: RoomState, viewer: str) -> dict[str, Any]:
    """The state as ``viewer`` may see it; nothing in it changes when the room goes on."""
    person = state.participants.get(viewer) or Participant(viewer, "", "guest", "")
    slices = {}
    for name, made in registry.slices.items():
        try:
            slices[name] = _copy(made.view(state.slices[name], person))
        except Exception as error:
            if registry.is_builtin(name):
                raise
            registry.failed(name, "room_slice", error)
    name = shown_name(meeting) if meeting.is_demonstration else state.meeting.name
    return {
        "meeting": asdict(state.meeting) | {"name": name},
        "participants": [asdict(one) for one in state.participants.values()],
        "waiting": [asdict(one) for one in state.waiting.values()] if person.role == "presenter" else [],
        "slices": slices,
    }


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(inner) for inner in value]
    return value
