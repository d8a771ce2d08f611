"""What a forwarder does, in few calls. Another implementation is right when it passes the same tests.

A *peer* is one secured transport (one PeerConnection of a browser). A *stream* is what a peer publishes in
one section of its SDP. A *route* carries a stream to a subscribing peer. Everything here happens for each
packet or prepares for it; what packets mean (key frame requests, reports, speakers) is decided outside.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol

PeerId = NewType("PeerId", int)
StreamId = NewType("StreamId", int)
RouteId = NewType("RouteId", int)

#: An address as the socket module gives it: ``(host, port)``, with flow and scope for IPv6.
Address = tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Path:
    """One of our sockets, by its number, and an address at the other end."""

    socket: int
    address: Address


class SrtpProfile(enum.Enum):
    """The protection profiles we accept, best first."""

    AES_128_GCM = "SRTP_AEAD_AES_128_GCM"
    AES_128_CM_SHA1_80 = "SRTP_AES128_CM_SHA1_80"


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What a DTLS handshake gives: each direction's key followed by its salt."""

    profile: SrtpProfile
    receive: bytes = field(repr=False)
    send: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """How to recognise a published stream among the packets of its peer.

    Known ``ssrc`` win; others are learnt from the MID header extension.
    """

    kind: str
    mid: str
    payload_type: int
    rtx_payload_type: int | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    mid_extension: int | None = None
    level_extension: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """How a stream looks to one subscriber."""

    ssrc: int
    payload_type: int
    rtx_ssrc: int | None = None
    rtx_payload_type: int | None = None


@dataclass(frozen=True, slots=True)
class Datagram:
    """A datagram that is no media: STUN, DTLS or rubbish."""

    path: Path
    data: bytes


@dataclass(frozen=True, slots=True)
class Rtcp:
    """An authentic RTCP packet of a peer, decrypted."""

    peer: PeerId
    data: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """A stream of a peer just missed packets; ``Forwarder.missing`` tells which."""

    peer: PeerId
    stream: StreamId


Event = Datagram | Rtcp | Gap


@dataclass(frozen=True, slots=True)
class PeerStats:
    """Totals of one peer since it was added."""

    packets_received: int
    bytes_received: int
    packets_sent: int
    bytes_sent: int
    packets_refused: int


@dataclass(frozen=True, slots=True)
class StreamStats:
    """What was received of one stream."""

    ssrc: int | None
    packets_received: int
    bytes_received: int
    packets_lost: int
    packets_recovered: int
    packets_duplicated: int
    highest: int
    jitter_s: float
    last_received_s: float | None
    keyed_by_mid: bool


@dataclass(frozen=True, slots=True)
class RouteStats:
    """What was sent on one route. ``timestamp_offset`` is added to the publisher's RTP timestamps."""

    ssrc: int
    packets_sent: int
    bytes_sent: int
    packets_retransmitted: int
    bytes_retransmitted: int
    timestamp_offset: int


@dataclass(frozen=True, slots=True)
class ForwarderStats:
    """Totals of the whole forwarder since it started."""

    packets_received: int
    bytes_received: int
    packets_sent: int
    bytes_sent: int
    packets_unknown: int
    packets_refused: int
    packets_unsent: int
    sends: int
    segmentation: bool


class Forwarder(Protocol):
    """Forwards packets. Not thread-safe. An unknown id is a ``KeyError``: a fault of the caller."""

    def add_peer(self) -> PeerId:
        """A peer without keys: nothing of it is accepted yet."""

    def secure(self, peer: PeerId, keys: SrtpKeys) -> None:
        """Give the keys; needed before ``add_route`` to that peer."""

    def accept_from(self, peer: PeerId, path: Path) -> None:
        """Take media that comes on ``path`` as the peer's."""

    def refuse_from(self, peer: PeerId, path: Path) -> None:
        """Take nothing more that comes on ``path``."""

    def send_to(self, peer: PeerId, path: Path) -> None:
        """Send what is for the peer on ``path`` from now on."""

    def remove_peer(self, peer: PeerId) -> None:
        """Forget the peer, its streams and every route from and to it."""

    def add_stream(self, peer: PeerId, source: Source) -> StreamId:
        """Recognise a stream of the peer."""

    def remove_stream(self, stream: StreamId) -> None:
        """Forget the stream and its routes."""

    def add_route(self, stream: StreamId, peer: PeerId, destination: Destination) -> RouteId:
        """Send the stream to the peer."""

    def move_route(self, route: RouteId, stream: StreamId) -> None:
        """Let the route carry another stream; its sequence numbers and timestamps go on without a break."""

    def remove_route(self, route: RouteId) -> None:
        """Send no more on the route."""

    def pause(self, stream: StreamId, paused: bool) -> None:
        """Stop or resume the stream on all its routes; the pause leaves no gap in sequence numbers."""

    def pump(self, socket: int) -> Sequence[Event]:
        """Read what waits on one socket (bounded), forward the media, return the rest."""

    def flush(self) -> None:
        """Send packets that wait for the rest of their frame. Call it within 1 ms while ``waiting``."""

    @property
    def waiting(self) -> bool:
        """Whether packets wait for the rest of their frame."""

    def send_rtcp(self, peer: PeerId, data: bytes) -> None:
        """Protect a compound RTCP packet and send it. Dropped when the peer has no keys or no path yet."""

    def retransmit(self, route: RouteId, sequence_numbers: Sequence[int]) -> int:
        """Send packets of the route again; returns how many were still known."""

    def missing(self, stream: StreamId) -> Sequence[int]:
        """Extended sequence numbers not received so far, oldest first, while they can still be of use."""

    def loudness(self, stream: StreamId) -> float:
        """0 (silence) to 1, smoothed; from the audio levels of RFC 6464."""

    def peer_stats(self, peer: PeerId) -> PeerStats:
        """Totals of a peer."""

    def stream_stats(self, stream: StreamId) -> StreamStats:
        """What was received of a stream."""

    def route_stats(self, route: RouteId) -> RouteStats:
        """What was sent on a route."""

    def stats(self) -> ForwarderStats:
        """Totals of everything."""
