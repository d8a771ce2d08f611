"""The room as one participant may see it, in the protocol's JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from palabre.rooms.registry import Registry
from palabre.rooms.rooms import Rooms, journal
from palabre.rooms.state import Participant, RoomState

#: Who missed more events than this gets the whole state.
CATCH_UP_LIMIT = 500


def snapshot(session: Session, rooms: Rooms, *, meeting_id: int, viewer: str) -> tuple[int, dict[str, Any]]:
    """Where the journal stands and the state as ``viewer`` may see it."""
    _meeting, registry, state = rooms.read(session, meeting_id)
    try:
        return state.seq, view(registry, state, viewer)
    finally:
        rooms.done(meeting_id, state)


def view(registry: Registry, state: RoomState, viewer: str) -> dict[str, Any]:
    """The state as ``viewer`` may see it."""
    person = state.participants.get(viewer) or Participant(viewer, "", "guest", "")
    return {
        "meeting": asdict(state.meeting),
        "participants": [asdict(one) for one in state.participants.values()],
        "waiting": [asdict(one) for one in state.waiting.values()] if person.role == "presenter" else [],
        "slices": {
            name: made.view(state.slices.get(name, made.initial()), person)
            for name, made in registry.slices.items()
        },
    }


def events_since(
    session: Session, rooms: Rooms, *, meeting_id: int, seq: int, viewer: str
) -> tuple[int, list[dict[str, Any]] | None, dict[str, Any] | None]:
    """What followed ``seq``: ``(seq now, events, None)``, or ``(seq now, None, state)`` when that is too much.

    A negative ``seq`` asks for the state.
    """
    _meeting, registry, state = rooms.read(session, meeting_id)
    try:
        if seq < 0 or seq > state.seq or state.seq - seq > CATCH_UP_LIMIT:
            return state.seq, None, view(registry, state, viewer)
        person = state.participants.get(viewer)
        role = person.role if person else "guest"
        events = journal(session, meeting_id, after=seq, until=state.seq)
        return state.seq, [event.seen_by(viewer, role) for event in events], None
    finally:
        rooms.done(meeting_id, state)
