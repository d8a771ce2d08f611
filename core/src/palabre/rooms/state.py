"""The state of a room: a fold of its journal, and nothing that is not in the journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

RoleName = Literal["presenter", "guest"]


@dataclass
class Track:
    """One stream of a participant.

    :param source: ``microphone``, ``camera``, or one that a plugin adds.
    :param muted: closed by its owner, by a presenter, or because its owner may not send it any more.
    """

    id: str
    kind: Literal["audio", "video"]
    source: str
    muted: bool = False


@dataclass
class Participant:
    """Somebody in the room. Times are ISO 8601 in UTC."""

    id: str
    name: str
    role: RoleName
    joined_at: str
    via: str = "web"
    connected: bool = True
    floor: bool = False
    floor_may_show: bool = False
    hand_raised_at: str | None = None
    tracks: list[Track] = field(default_factory=list)

    def track(self, source: str) -> Track | None:
        """Their track from a source."""
        return next((track for track in self.tracks if track.source == source), None)


@dataclass
class Waiting:
    """Somebody before the door, and for what they wait: ``presenter``, ``locked``, ``not_started``."""

    id: str
    name: str
    since: str
    reason: str


@dataclass
class MeetingSettings:
    """What the room knows of its meeting."""

    id: str
    name: str
    room_class: str = "S"
    microphones: Literal["free", "floor"] = "free"
    wait_for_presenter: bool = False
    locked: bool = False
    started_at: str | None = None
    ended: bool = False


@dataclass
class RoomState:
    """Everything that is true in a room after event ``seq``.

    :param slices: one for each feature, owned by the plugin of that name.
    """

    meeting: MeetingSettings
    seq: int = 0
    participants: dict[str, Participant] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    slices: dict[str, Any] = field(default_factory=dict)

    def presenters(self) -> list[Participant]:
        """Presenters in the room, longest present first."""
        return [one for one in self.participants.values() if one.role == "presenter"]

    def owner_of(self, track_id: str) -> tuple[Participant, Track] | None:
        """A track and whose it is."""
        for participant in self.participants.values():
            for track in participant.tracks:
                if track.id == track_id:
                    return participant, track
        return None


_ADAPTER = TypeAdapter(RoomState)


def dump(state: RoomState) -> dict[str, Any]:
    """The state as JSON, for a snapshot."""
    dumped: dict[str, Any] = _ADAPTER.dump_python(state, mode="json")
    return dumped


def restore(dumped: dict[str, Any]) -> RoomState:
    """The state in a snapshot."""
    return _ADAPTER.validate_python(dumped)
