"""One stream on its way to one subscriber: own SSRC, own sequence numbers, sealed with its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from palabre.media.forwarder.interface import Destination, RouteId, RouteStats
from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.reception import nearest
from palabre.media.forwarder.rtp import HEADER
from palabre.media.forwarder.segments import Run
from palabre.media.forwarder.srtp import Sealer

if TYPE_CHECKING:
    from palabre.media.forwarder.streams import Peer, Stream

VERSION = 0x8000
PADDING = 0x2000
EXTENSION = 0x1000
MARKER = 0x0080
_TIMESTAMPS = 0xFFFF_FFFF

#: First sequence number sent; low, so that it cannot wrap before the subscriber heard the first packet.
FIRST = 1
#: Most packets sent again on a route within one second: a broken receiver must not eat the uplink.
MOST_RETRANSMISSIONS = 500


class Route:
    """Counts on its own: ``sent = received - offset``, so a pause or another source leaves no gap.

    ``_offset`` is None until the next packet, which goes out as the one after the last. Packets from before
    that moment are too late to be sent.
    """

    __slots__ = (
        "_began",
        "_budget",
        "_budget_until",
        "_last",
        "_last_at",
        "_last_timestamp",
        "_offset",
        "_repair_index",
        "_repair_seal",
        "_seal",
        "_shift_timestamps",
        "bytes",
        "destination",
        "id",
        "packets",
        "peer",
        "retransmitted",
        "retransmitted_bytes",
        "stream",
        "timestamp_offset",
    )

    def __init__(
        self,
        number: RouteId,
        stream: Stream,
        peer: Peer,
        destination: Destination,
        seal: Sealer,
        repair_seal: Sealer | None,
    ) -> None:
        self.id = number
        self.stream = stream
        self.peer = peer
        self.destination = destination
        self._seal = seal
        self._repair_seal = repair_seal
        self._repair_index = FIRST
        self._offset: int | None = None
        #: First index sent since the last splice.
        self._began = FIRST
        self._last = FIRST - 1
        self._last_timestamp: int | None = None
        self._last_at = 0.0
        self._shift_timestamps = False
        self._budget = MOST_RETRANSMISSIONS
        self._budget_until = 0.0
        self.timestamp_offset = 0
        self.packets = 0
        self.bytes = 0
        self.retransmitted = 0
        self.retransmitted_bytes = 0

    def splice(self, stream: Stream | None = None) -> None:
        """Go on seamlessly after a pause, or with another stream."""
        self._offset = None
        if stream is not None:
            self.stream = stream
            self._shift_timestamps = self._last_timestamp is not None

    def send(self, runs: Sequence[Run], extensions: bytes, now: float, clock_rate: int) -> None:
        """Send what everyone gets, as this subscriber gets it.

        :param extensions: the header extension block, empty for none.
        """
        peer = self.peer
        outlet, address = peer.outlet, peer.address
        if outlet is None or address is None:
            return
        if self._offset is None:
            self._begin(runs[0].parts[0].packet, now, clock_rate)
        offset = self._offset or 0
        began, seal, pack = self._began, self._seal, HEADER.pack
        ssrc, shift = self.destination.ssrc, self.timestamp_offset
        start = VERSION | (EXTENSION if extensions else 0) | self.destination.payload_type
        newest = self._last
        for run in runs:
            sealed = []
            for part in run.parts:
                packet = part.packet
                index = packet.sequence - offset
                if index < began:
                    continue
                first = start | (PADDING if part.padded else 0) | (MARKER if packet.marker else 0)
                header = (
                    pack(first, index & 0xFFFF, (packet.timestamp + shift) & _TIMESTAMPS, ssrc) + extensions
                )
                data = seal(header, part.payload, index)
                sealed.append(data)
                self.bytes += len(data)
                newest = max(newest, index)
            self.packets += len(sealed)
            if len(sealed) == 1:
                outlet.send(sealed[0], address)
            elif sealed:
                outlet.send_run(sealed, len(sealed[0]), address)
        self._last = newest
        self._last_timestamp = runs[-1].parts[-1].packet.timestamp + shift
        self._last_at = now

    def retransmit(self, sequence_numbers: Sequence[int], now: float) -> int:
        """Send again in RTX format (RFC 4588): the original sequence number, then the payload."""
        history, seal = self.stream.history, self._repair_seal
        outlet, address = self.peer.outlet, self.peer.address
        destination = self.destination
        if (
            history is None
            or seal is None
            or outlet is None
            or address is None
            or self._offset is None
            or destination.rtx_ssrc is None
            or destination.rtx_payload_type is None
        ):
            return 0
        if now > self._budget_until:
            self._budget, self._budget_until = MOST_RETRANSMISSIONS, now + 1
        sent = 0
        for sequence in sequence_numbers:
            index = nearest(self._last, sequence)
            packet = history.get(index + self._offset) if self._began <= index <= self._last else None
            if packet is None or self._budget <= 0:
                continue
            self._budget -= 1
            first = VERSION | (MARKER if packet.marker else 0) | destination.rtx_payload_type
            timestamp = (packet.timestamp + self.timestamp_offset) & _TIMESTAMPS
            header = HEADER.pack(first, self._repair_index & 0xFFFF, timestamp, destination.rtx_ssrc)
            data = seal(header, sequence.to_bytes(2, "big") + packet.payload, self._repair_index)
            self._repair_index += 1
            outlet.send(data, address)
            sent += 1
            self.retransmitted_bytes += len(data)
        self.retransmitted += sent
        return sent

    def stats(self) -> RouteStats:
        return RouteStats(
            ssrc=self.destination.ssrc,
            packets_sent=self.packets,
            bytes_sent=self.bytes,
            packets_retransmitted=self.retransmitted,
            bytes_retransmitted=self.retransmitted_bytes,
            timestamp_offset=self.timestamp_offset,
        )

    def _begin(self, packet: Packet, now: float, clock_rate: int) -> None:
        self._began = self._last + 1
        self._offset = packet.sequence - self._began
        if self._shift_timestamps and self._last_timestamp is not None:
            elapsed = int((now - self._last_at) * clock_rate)
            self.timestamp_offset = self._last_timestamp + elapsed - packet.timestamp
            self._shift_timestamps = False
