"""The reference forwarder, in Python."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Sequence

from palabre.media.forwarder import rtp
from palabre.media.forwarder.arrival import UnknownSource, authenticate
from palabre.media.forwarder.fanout import FanOut
from palabre.media.forwarder.interface import (
    Datagram,
    Destination,
    Event,
    ForwarderStats,
    Gap,
    Path,
    PeerId,
    PeerStats,
    RouteId,
    RouteStats,
    Rtcp,
    Source,
    SrtpKeys,
    StreamId,
    StreamStats,
)
from palabre.media.forwarder.native import use_native
from palabre.media.forwarder.openers import NotAuthentic
from palabre.media.forwarder.outlets import Outlet, Target
from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.reception import nearest
from palabre.media.forwarder.routes import Route
from palabre.media.forwarder.srtp import Protection
from palabre.media.forwarder.streams import Peer, Stream, new_stream

#: Datagrams read from a socket before others have their turn.
BATCH = 128
LARGEST_DATAGRAM = 2048
#: A packet missed longer ago is of no use to anybody.
PATIENCE_S = 1.0


class PythonForwarder:
    """See ``interface.Forwarder``."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        *,
        segmentation: bool | None = None,
        native: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param sockets: non-blocking UDP sockets; their positions are the numbers in ``Path``.
        :param segmentation: None finds out whether the kernel can segment; True and False insist.
        :param native: whether the compiled part opens, seals and sends; None uses it where it was built.
        :raises ValueError: when that part is insisted on and was not built.
        """
        self.native = use_native(native)
        self._outlets = [Outlet(sock, segmentation) for sock in sockets]
        self._accepted: list[dict[object, Peer]] = [{} for _ in sockets]
        self._clock = clock
        self._numbers = itertools.count(1)
        self._peers: dict[PeerId, Peer] = {}
        self._streams: dict[StreamId, Stream] = {}
        self._routes: dict[RouteId, Route] = {}
        self._fan_out = FanOut(clock)
        self._received = self._received_bytes = 0
        self._sent = self._sent_bytes = 0
        self._unknown = self._refused = 0

    # Peers

    def add_peer(self) -> PeerId:
        number = PeerId(next(self._numbers))
        self._peers[number] = Peer(number)
        return number

    def secure(self, peer: PeerId, keys: SrtpKeys) -> None:
        self._peers[peer].protection = Protection(keys, native=self.native)

    def accept_from(self, peer: PeerId, path: Path) -> None:
        record = self._peers[peer]
        known = self._accepted[path.socket]
        before = known.get(path.address)
        if before is record:
            return
        if before is not None:
            before.accepted.remove((path.socket, path.address))
        known[path.address] = record
        record.accepted.append((path.socket, path.address))

    def refuse_from(self, peer: PeerId, path: Path) -> None:
        record = self._peers[peer]
        if self._accepted[path.socket].get(path.address) is record:
            del self._accepted[path.socket][path.address]
            record.accepted.remove((path.socket, path.address))

    def send_to(self, peer: PeerId, path: Path) -> None:
        self._peers[peer].target = Target(self._outlets[path.socket], path.address)

    def remove_peer(self, peer: PeerId) -> None:
        record = self._peers[peer]
        for stream in list(record.streams.values()):
            self.remove_stream(stream.id)
        for route in list(record.routes):
            self.remove_route(route)
        for number, address in record.accepted:
            del self._accepted[number][address]
        del self._peers[peer]

    # Streams and routes

    def add_stream(self, peer: PeerId, source: Source) -> StreamId:
        record = self._peers[peer]
        stream = new_stream(StreamId(next(self._numbers)), record, source)
        self._streams[stream.id] = stream
        record.streams[source.mid] = stream
        if source.ssrc is not None:
            record.expect(source.ssrc, stream, repairs=False)
            stream.ssrc = source.ssrc
        if source.rtx_ssrc is not None:
            record.expect(source.rtx_ssrc, stream, repairs=True)
        return stream.id

    def remove_stream(self, stream: StreamId) -> None:
        record = self._streams.pop(stream)
        for route in list(record.routes):
            self.remove_route(route.id)
        peer = record.peer
        if peer.streams.get(record.source.mid) is record:
            del peer.streams[record.source.mid]
        for ssrc in [ssrc for ssrc, inbound in peer.inbound.items() if inbound.stream is record]:
            del peer.inbound[ssrc]
        self._fan_out.forget(record)

    def add_route(self, stream: StreamId, peer: PeerId, destination: Destination) -> RouteId:
        source, subscriber = self._streams[stream], self._peers[peer]
        if subscriber.protection is None:
            raise ValueError("a route needs the subscriber's keys")
        sealer = subscriber.protection.sealer
        route = Route(
            RouteId(next(self._numbers)),
            source,
            subscriber,
            destination,
            sealer(destination.ssrc),
            sealer(destination.rtx_ssrc) if destination.rtx_ssrc is not None else None,
        )
        self._routes[route.id] = route
        subscriber.routes[route.id] = route
        source.routes.append(route)
        return route.id

    def move_route(self, route: RouteId, stream: StreamId) -> None:
        record, target = self._routes[route], self._streams[stream]
        self._fan_out.flush(record.stream)
        record.stream.routes.remove(record)
        target.routes.append(record)
        record.follow(target)

    def remove_route(self, route: RouteId) -> None:
        record = self._routes.pop(route)
        record.stream.routes.remove(record)
        del record.peer.routes[route]
        record.peer.packets_sent += record.packets
        record.peer.bytes_sent += record.bytes
        self._sent += record.packets
        self._sent_bytes += record.bytes

    def pause(self, stream: StreamId, paused: bool) -> None:
        record = self._streams[stream]
        if paused and not record.paused:
            self._fan_out.flush(record)
            for route in record.routes:
                route.splice()
        record.paused = paused

    # Packets

    @property
    def waiting(self) -> bool:
        return self._fan_out.waiting

    def pump(self, socket: int) -> Sequence[Event]:
        receive = self._outlets[socket].receive
        accepted = self._accepted[socket]
        events: list[Event] = []
        now = self._clock()
        for _ in range(BATCH):
            try:
                data, address = receive(LARGEST_DATAGRAM)
            except BlockingIOError:
                break
            except OSError:  # an ICMP error of a packet sent earlier
                continue
            if not data:
                continue
            if not 127 < data[0] < 192:  # RFC 7983: STUN, DTLS and what nobody sends
                events.append(Datagram(Path(socket, address), data))
                continue
            peer = accepted.get(address)
            if peer is None or peer.protection is None:
                self._unknown += 1
                continue
            try:
                self._take(peer, peer.protection, data, now, events)
            except UnknownSource:
                self._unknown += 1
            except (NotAuthentic, ValueError, IndexError):
                peer.refused += 1
                self._refused += 1
        return events

    def flush(self) -> None:
        self._fan_out.flush_all()

    def send_rtcp(self, peer: PeerId, data: bytes) -> None:
        record = self._peers[peer]
        if record.protection is None or record.target is None:
            return
        sealed = record.protection.seal_rtcp(data)
        record.target.send(sealed)
        record.bytes_sent += len(sealed)

    def retransmit(self, route: RouteId, sequence_numbers: Sequence[int]) -> int:
        return self._routes[route].retransmit(sequence_numbers, self._clock())

    def missing(self, stream: StreamId) -> Sequence[int]:
        return self._streams[stream].reception.missing(self._clock(), PATIENCE_S)

    def loudness(self, stream: StreamId) -> float:
        return self._streams[stream].loudness.at(self._clock())

    # Statistics

    def peer_stats(self, peer: PeerId) -> PeerStats:
        return self._peers[peer].stats()

    def stream_stats(self, stream: StreamId) -> StreamStats:
        return self._streams[stream].stats()

    def route_stats(self, route: RouteId) -> RouteStats:
        return self._routes[route].stats()

    def stats(self) -> ForwarderStats:
        return ForwarderStats(
            packets_received=self._received,
            bytes_received=self._received_bytes,
            packets_sent=self._sent + sum(route.packets for route in self._routes.values()),
            bytes_sent=self._sent_bytes + sum(route.bytes for route in self._routes.values()),
            packets_unknown=self._unknown,
            packets_refused=self._refused + self._fan_out.refused,
            packets_unsent=sum(outlet.unsent for outlet in self._outlets),
            sends=sum(outlet.sends for outlet in self._outlets),
            segmentation=any(outlet.segmentation for outlet in self._outlets),
        )

    # One packet's way

    def _take(self, peer: Peer, protection: Protection, data: bytes, now: float, events: list[Event]) -> None:
        self._received += 1
        self._received_bytes += len(data)
        if len(data) < rtp.MINIMUM:
            raise ValueError("shorter than any RTP packet")
        if 191 < data[1] < 224:  # RFC 5761 §4
            events.append(Rtcp(peer.id, protection.open_rtcp(data)))
            return
        arrival = authenticate(peer, protection, data)
        if arrival is None:
            return
        inbound, index, payload = arrival
        stream = inbound.stream
        timestamp = int.from_bytes(data[4:8], "big")
        if inbound.repairs:
            self._repair(stream, data, timestamp, payload)
        elif data[1] & 0x7F == stream.source.payload_type:
            if stream.reception.add(index, timestamp, now):
                events.append(Gap(peer.id, stream.id))
            self._fan_out.deliver(
                stream, Packet(index, timestamp, data[1] > 127, payload, _level(stream, data, now))
            )

    def _repair(self, stream: Stream, data: bytes, timestamp: int, payload: bytes) -> None:
        if len(payload) <= 2 or data[1] & 0x7F != stream.source.rtx_payload_type or stream.history is None:
            return  # padding by which the browser probes its bandwidth
        index = nearest(stream.reception.highest, payload[0] << 8 | payload[1])
        if stream.history.get(index) is not None:
            stream.duplicated += 1
            return
        stream.recovered += 1
        stream.reception.recovered(index)
        self._fan_out.deliver(stream, Packet(index, timestamp, data[1] > 127, payload[2:], None))


def _level(stream: Stream, data: bytes, now: float) -> int | None:
    """The audio level that the packet carries; heard unless the stream is paused."""
    number = stream.source.level_extension
    value = rtp.extension(data, number) if number is not None else None
    if not value:
        return None
    if not stream.paused:
        stream.loudness.hear(value[0], now)
    return value[0]
