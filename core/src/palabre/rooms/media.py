"""What the engine should forward, as a function of the room's state."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from palabre.i18n import gettext as _
from palabre.rooms.registry import Registry
from palabre.rooms.rooms import Rooms
from palabre.rooms.rules import Verdict
from palabre.rooms.state import Participant, RoomState, Track


@dataclass(frozen=True)
class MediaRights:
    """What the media door needs to know before it asks the engine for anything.

    :param seq: number of the last event that this takes into account.
    :param blocked: ids of the tracks that the engine must not forward, in the whole room.
    :param sources: whether the participant may publish, by source.
    """

    seq: int
    blocked: frozenset[str]
    sources: dict[str, Verdict]

    def may_publish(self, source: str) -> Verdict:
        """Whether the participant may publish from a source; an unknown one is refused."""
        return self.sources.get(source) or Verdict.no(
            "unknown source", _("This meeting does not know what you want to show.")
        )


def media_rights(session: Session, rooms: Rooms, *, meeting_id: int, participant: str) -> MediaRights:
    """What is blocked in a room, and what one participant may publish, at this moment."""
    with rooms.read(session, meeting_id) as (_meeting, registry, state):
        person = state.participants.get(participant)
        sources = registry.sources.values() if person is not None else ()
        return MediaRights(
            state.seq,
            blocked_tracks(registry, state),
            {source.name: source.allowed.check(state, person) for source in sources if person is not None},
        )


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
