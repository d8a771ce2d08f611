"""One published track on its way to us: what we report to the publisher and ask of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aiortc.rtp import RtcpReceiverInfo, RtcpSrPacket, clamp_packets_lost

from palabre.media import rtcp
from palabre.media.forwarder import Forwarder, PeerId, Source, StreamId
from palabre.media.keyframes import KeyFrameRequests
from palabre.media.repair import RepairRequests

#: What a publisher may send for each video track; the browser's own limits are lower for a small picture.
VIDEO_BITRATE_BPS = 3_000_000
AUDIO_BITRATE_BPS = 128_000


class Uplink:
    """Made with the stream, closed with it."""

    def __init__(self, forwarder: Forwarder, peer: PeerId, source: Source, sender: int) -> None:
        """:param sender: the SSRC that our reports on this connection come from."""
        self.source = source
        self.stream: StreamId = forwarder.add_stream(peer, source)
        self.key_frames = KeyFrameRequests(self._ask_key_frame)
        self.repairs = RepairRequests(lambda: forwarder.missing(self.stream), self._ask_repair)
        self._forwarder = forwarder
        self._peer = peer
        self._sender = sender
        self._report_time = 0
        self._report_at: float | None = None
        self._expected = self._received = 0

    @property
    def ssrc(self) -> int | None:
        """The publisher's SSRC, once known."""
        return self._forwarder.stream_stats(self.stream).ssrc

    @property
    def bitrate_bps(self) -> int:
        """What the track may use."""
        return VIDEO_BITRATE_BPS if self.source.kind == "video" else AUDIO_BITRATE_BPS

    def missed(self) -> None:
        """Packets are missing that can be asked for."""
        self.repairs.missed()

    def take_sender_report(self, report: RtcpSrPacket) -> None:
        """Remember it: our next report echoes its time, so that the publisher knows the round trip."""
        self._report_time = rtcp.middle(report.sender_info.ntp_timestamp)
        self._report_at = time.monotonic()

    def report(self, now: float) -> RtcpReceiverInfo | None:
        """The report block since the last one (RFC 3550 §6.4.1); None before the first packet."""
        stats = self._forwarder.stream_stats(self.stream)
        if stats.ssrc is None or stats.last_received_s is None:
            return None
        expected = stats.packets_received + stats.packets_lost
        lost = (expected - self._expected) - (stats.packets_received - self._received)
        fraction = (
            min(255, max(0, lost) * 256 // (expected - self._expected)) if expected > self._expected else 0
        )
        self._expected, self._received = expected, stats.packets_received
        delay = int((now - self._report_at) * 65_536) if self._report_at is not None else 0
        return RtcpReceiverInfo(
            ssrc=stats.ssrc,
            fraction_lost=fraction,
            packets_lost=clamp_packets_lost(stats.packets_lost),
            highest_sequence=stats.highest & 0xFFFF_FFFF,
            jitter=int(stats.jitter_s * (90_000 if self.source.kind == "video" else 48_000)),
            lsr=self._report_time,
            dlsr=min(delay, 0xFFFF_FFFF),
        )

    def close(self) -> None:
        """Forget the stream and its routes."""
        self.key_frames.close()
        self.repairs.close()
        self._forwarder.remove_stream(self.stream)

    def _ask_key_frame(self) -> None:
        ssrc = self.ssrc
        if ssrc is not None:
            self._forwarder.send_rtcp(self._peer, rtcp.key_frame_request(self._sender, ssrc))

    def _ask_repair(self, wanted: Sequence[int]) -> None:
        ssrc = self.ssrc
        if ssrc is not None:
            self._forwarder.send_rtcp(self._peer, rtcp.repair_request(self._sender, ssrc, wanted))
