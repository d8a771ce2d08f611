"""A published track, as the room knows it."""

from __future__ import annotations

from dataclasses import dataclass

from palabre.media.uplink import Uplink


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """What the web service says about a section of a publisher's SDP."""

    mid: str
    id: str
    kind: str
    source: str


@dataclass(slots=True, eq=False)
class Track:
    """One audio, camera or screen stream of a participant; outlives a restart of its PeerConnection."""

    id: str
    participant: str
    kind: str
    source: str
    uplink: Uplink
