"""What the engine should forward, as a function of the room's state."""

from __future__ import annotations

from palabre.rooms.registry import Registry
from palabre.rooms.rules import Verdict
from palabre.rooms.state import Participant, RoomState, Track


def may_publish(
    registry: Registry, state: RoomState, participant: Participant, source: str
) -> Verdict | None:
    """Whether somebody may publish from a source; ``None`` when the room knows no such source."""
    known = registry.sources.get(source)
    return known.allowed.check(state, participant) if known else None


def blocked_tracks(registry: Registry, state: RoomState) -> frozenset[str]:
    """Tracks that the engine must not forward: muted, or no longer allowed to their owner."""
    return frozenset(
        track.id
        for participant in state.participants.values()
        for track in participant.tracks
        if track.muted or not is_allowed(registry, state, participant, track)
    )


def is_allowed(registry: Registry, state: RoomState, participant: Participant, track: Track) -> bool:
    """Whether the rule of the track's source holds for its owner at this moment."""
    verdict = may_publish(registry, state, participant, track.source)
    return verdict is not None and verdict.allowed


def track_id(participant: str, source: str) -> str:
    """Identifier of somebody's track from a source: the same each time it is published."""
    return f"{participant}-{source}"
