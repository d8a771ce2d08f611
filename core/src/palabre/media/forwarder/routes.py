"""One stream on its way to one subscriber: own SSRC, own sequence numbers, sealed with its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from palabre.media.forwarder.interface import Destination, RouteId, RouteStats
from palabre.media.forwarder.reception import nearest
from palabre.media.forwarder.rtp import HEADER, MARKER, TIMESTAMPS, VERSION
from palabre.media.forwarder.sealers import Sealer, View
from palabre.media.forwarder.segments import Part, Run

if TYPE_CHECKING:
    from palabre.media.forwarder.streams import Peer, Stream

#: First sequence number sent; low, so that it cannot wrap before the subscriber heard the first packet.
FIRST = 1
#: Most packets sent again on a route within one second: a broken receiver must not eat the uplink.
MOST_RETRANSMISSIONS = 500


class Route:
    """Counts on its own, so that a pause or another source leaves no gap.

    After a splice the next packet goes out as the one after the last; packets from before that moment are too
    late to be sent.
    """

    __slots__ = (
        "_budget",
        "_budget_until",
        "_continues",
        "_last",
        "_repair_index",
        "_repair_seal",
        "_send_run",
        "_spliced",
        "_view",
        "bytes",
        "destination",
        "id",
        "packets",
        "peer",
        "retransmitted",
        "retransmitted_bytes",
        "stream",
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
        self._send_run = seal.send_run
        self._repair_seal = repair_seal
        self._repair_index = FIRST
        self._view = View(destination.ssrc, destination.payload_type)
        self._spliced = True
        #: Timestamp sent last and when, if the next ones have another origin.
        self._continues: tuple[int, float] | None = None
        self._last = FIRST - 1
        self._budget = MOST_RETRANSMISSIONS
        self._budget_until = 0.0
        self.packets = 0
        self.bytes = 0
        self.retransmitted = 0
        self.retransmitted_bytes = 0

    def splice(self) -> None:
        """Go on seamlessly after a pause."""
        self._spliced = True

    def follow(self, stream: Stream) -> None:
        """Go on seamlessly with another stream, or with the same one of another origin."""
        self._spliced = True
        if self.packets:
            self._continues = self.stream.last_timestamp + self._view.shift, self.stream.last_sent_at
        self.stream = stream

    def send(self, runs: Sequence[Run], now: float, clock_rate: int) -> None:
        """Send what everybody gets, as this subscriber gets it."""
        target = self.peer.target
        if target is None:
            return
        if self._spliced:
            self._begin(runs[0].parts[0], now, clock_rate)
        view = self._view
        for run in runs:
            count, size = self._send_run(run, view, target)
            self.packets += count
            self.bytes += size
            newest = run.newest - view.offset
            if newest > self._last:  # noqa: PLR1730 - max() is a call, in the hottest place
                self._last = newest

    def retransmit(self, sequence_numbers: Sequence[int], now: float) -> int:
        """Send again in RTX format (RFC 4588): the original sequence number, then the payload."""
        history, repair, destination = self.stream.history, self._repair_seal, self.destination
        target, view = self.peer.target, self._view
        if history is None or repair is None or target is None or self._spliced:
            return 0
        if now > self._budget_until:
            self._budget, self._budget_until = MOST_RETRANSMISSIONS, now + 1
        sent = 0
        for sequence in sequence_numbers:
            index = nearest(self._last, sequence)
            packet = history.get(index + view.offset) if view.began <= index <= self._last else None
            if packet is None or self._budget <= 0:
                continue
            self._budget -= 1
            first = VERSION | (MARKER if packet.marker else 0) | (destination.rtx_payload_type or 0)
            stamp = (packet.timestamp + view.shift) & TIMESTAMPS
            header = HEADER.pack(first, self._repair_index & 0xFFFF, stamp, destination.rtx_ssrc)
            data = repair.seal(header, sequence.to_bytes(2, "big") + packet.payload, self._repair_index)
            self._repair_index += 1
            target.send(data)
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
            timestamp_offset=self._view.shift,
        )

    def _begin(self, part: Part, now: float, clock_rate: int) -> None:
        view = self._view
        view.began = self._last + 1
        view.offset = part.sequence - view.began
        if self._continues is not None:
            timestamp, sent_at = self._continues
            view.shift = timestamp + int((now - sent_at) * clock_rate) - part.timestamp
        self._spliced, self._continues = False, None
