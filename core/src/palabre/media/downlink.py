"""One track on its way to one subscriber: what the subscriber reports and asks, what we tell it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiortc.rtp import RtcpReceiverInfo, RtcpSenderInfo

from palabre.media import rtcp
from palabre.media.forwarder import Destination, Forwarder, PeerId, RouteId, StreamId


@dataclass(slots=True)
class Feedback:
    """What the subscriber said so far."""

    fraction_lost: float = 0.0
    packets_lost: int = 0
    jitter: int = 0
    round_trip_s: float | None = None
    nacks: int = 0
    key_frame_requests: int = 0


class Downlink:
    """Made when the subscriber agreed to receive the track and its connection is secured."""

    def __init__(
        self, forwarder: Forwarder, peer: PeerId, stream: StreamId, destination: Destination
    ) -> None:
        self.destination = destination
        self.route: RouteId = forwarder.add_route(stream, peer, destination)
        self.feedback = Feedback()
        self._forwarder = forwarder
        self._peer = peer
        self._report_time = 0
        self._report_at = 0.0

    def move(self, stream: StreamId) -> None:
        """Carry on with another stream of the same track."""
        self._forwarder.move_route(self.route, stream)

    def take_nack(self, sequence_numbers: Sequence[int]) -> None:
        """The subscriber lost packets."""
        self.feedback.nacks += 1
        self._forwarder.retransmit(self.route, sequence_numbers)

    def take_report(self, block: RtcpReceiverInfo) -> None:
        """The subscriber tells how well the track arrives."""
        feedback = self.feedback
        feedback.fraction_lost = block.fraction_lost / 256
        feedback.packets_lost = block.packets_lost
        feedback.jitter = block.jitter
        if block.lsr and block.lsr == self._report_time:
            feedback.round_trip_s = max(0.0, time.monotonic() - self._report_at - block.dlsr / 65_536)

    def report(self, sender: RtcpSenderInfo, cname: str) -> None:
        """Pass on when the publisher sampled what: the subscriber keeps lips and voice together by it."""
        stats = self._forwarder.route_stats(self.route)
        self._report_time = rtcp.middle(sender.ntp_timestamp)
        self._report_at = time.monotonic()
        told = dataclasses.replace(
            sender,
            rtp_timestamp=(sender.rtp_timestamp + stats.timestamp_offset) & 0xFFFF_FFFF,
            packet_count=stats.packets_sent & 0xFFFF_FFFF,
            octet_count=stats.bytes_sent & 0xFFFF_FFFF,
        )
        self._forwarder.send_rtcp(self._peer, rtcp.sender_report(self.destination.ssrc, told, cname))

    def close(self) -> None:
        """Send no more."""
        self._forwarder.remove_route(self.route)
