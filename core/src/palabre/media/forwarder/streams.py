"""The forwarder's own records: peers, their streams, the routes to subscribers."""

from __future__ import annotations

from dataclasses import dataclass, field

from palabre.media.forwarder.interface import (
    Address,
    PeerId,
    PeerStats,
    RouteId,
    Source,
    StreamId,
    StreamStats,
)
from palabre.media.forwarder.loudness import Loudness
from palabre.media.forwarder.outlets import Target
from palabre.media.forwarder.packets import History, Packet
from palabre.media.forwarder.reception import Reception, ReplayWindow
from palabre.media.forwarder.routes import Route
from palabre.media.forwarder.srtp import Protection

#: SSRC remembered of one peer; a browser uses two for each track.
MOST_WINDOWS = 128
CLOCK_RATES = {"audio": 48_000, "video": 90_000}


@dataclass(slots=True, eq=False)
class Stream:
    """What a peer publishes in one section."""

    id: StreamId
    peer: Peer
    source: Source
    reception: Reception
    history: History | None
    routes: list[Route] = field(default_factory=list)
    #: Packets that wait for the end of their frame.
    pending: list[Packet] = field(default_factory=list)
    loudness: Loudness = field(default_factory=Loudness)
    paused: bool = False
    #: RTP timestamp of the packets sent last, and when.
    last_timestamp: int = 0
    last_sent_at: float = 0.0
    ssrc: int | None = None
    bytes_received: int = 0
    recovered: int = 0
    duplicated: int = 0
    keyed_by_mid: bool = False

    def begin_anew(self) -> None:
        """Another SSRC takes over: what was received before means nothing for it."""
        self.reception = _reception(self.source)
        self.history = History() if self.history is not None else None

    def stats(self) -> StreamStats:
        reception = self.reception
        return StreamStats(
            ssrc=self.ssrc,
            packets_received=reception.received,
            bytes_received=self.bytes_received,
            packets_lost=reception.lost,
            packets_recovered=self.recovered,
            packets_duplicated=self.duplicated,
            highest=max(0, reception.highest),
            jitter_s=reception.jitter_s,
            last_received_s=reception.last_at,
            keyed_by_mid=self.keyed_by_mid,
        )


@dataclass(slots=True, eq=False)
class Inbound:
    """One SSRC of a peer and the stream it belongs to."""

    stream: Stream
    repairs: bool
    window: ReplayWindow


@dataclass(slots=True, eq=False)
class Peer:
    """One secured transport."""

    id: PeerId
    protection: Protection | None = None
    target: Target | None = None
    accepted: list[tuple[int, Address]] = field(default_factory=list)
    inbound: dict[int, Inbound] = field(default_factory=dict)
    #: By SSRC, for the whole life of the keys: a track that is published again goes on counting.
    windows: dict[int, ReplayWindow] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    routes: dict[RouteId, Route] = field(default_factory=dict)
    packets_received: int = 0
    bytes_received: int = 0
    packets_sent: int = 0
    bytes_sent: int = 0
    refused: int = 0

    def expect(
        self, ssrc: int, stream: Stream, *, repairs: bool, window: ReplayWindow | None = None
    ) -> Inbound:
        """Take packets with this SSRC as the stream's."""
        if window is not None:
            self.windows[ssrc] = window
        while len(self.windows) >= MOST_WINDOWS:
            del self.windows[next(iter(self.windows))]
        inbound = Inbound(stream, repairs, self.windows.setdefault(ssrc, ReplayWindow()))
        self.inbound[ssrc] = inbound
        return inbound

    def stats(self) -> PeerStats:
        return PeerStats(
            packets_received=self.packets_received,
            bytes_received=self.bytes_received,
            packets_sent=self.packets_sent + sum(route.packets for route in self.routes.values()),
            bytes_sent=self.bytes_sent + sum(route.bytes for route in self.routes.values()),
            packets_refused=self.refused,
        )


def new_stream(number: StreamId, peer: Peer, source: Source) -> Stream:
    """A stream that nothing was received of; video keeps a history to repair from."""
    history = History() if source.kind == "video" else None
    return Stream(number, peer, source, _reception(source), history)


def _reception(source: Source) -> Reception:
    return Reception(CLOCK_RATES[source.kind], repairable=source.rtx_payload_type is not None)
