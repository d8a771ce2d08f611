"""From one packet of a stream to one for each subscriber, whole frames at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pylibsrtp

from palabre.media.forwarder import rtp
from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.segments import plan
from palabre.media.forwarder.streams import CLOCK_RATES, Stream

#: Packets of a frame sent without waiting for the rest of it.
MOST_PENDING = 32

#: Extensions we offer to subscribers, in every section of that kind.
LEVEL_EXTENSION = 1
SEND_TIME_EXTENSION = 2


class FanOut:
    """Holds packets of video until their frame is complete; sends those of audio at once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: set[Stream] = set()
        #: Packets that could not be protected.
        self.refused = 0

    @property
    def waiting(self) -> bool:
        """Whether packets wait for the rest of their frame."""
        return bool(self._waiting)

    def deliver(self, stream: Stream, packet: Packet) -> None:
        """Send a new packet, remember it for repairs; nothing happens to one that was here before."""
        if stream.history is None:
            if stream.routes and not stream.paused:
                self._send(stream, [packet])
            return
        if stream.history.get(packet.sequence) is not None:
            stream.duplicated += 1
            return
        stream.history.add(packet)
        if not stream.routes or stream.paused:
            return
        stream.pending.append(packet)
        if packet.marker or len(stream.pending) >= MOST_PENDING:
            self.flush(stream)
        else:
            self._waiting.add(stream)

    def flush(self, stream: Stream) -> None:
        """Send what waits of one stream."""
        self._waiting.discard(stream)
        if stream.pending:
            packets, stream.pending = stream.pending, []
            self._send(stream, packets)

    def flush_all(self) -> None:
        """Send what waits of every stream."""
        for stream in list(self._waiting):
            self.flush(stream)

    def forget(self, stream: Stream) -> None:
        """The stream is removed."""
        self._waiting.discard(stream)

    def _send(self, stream: Stream, packets: Sequence[Packet]) -> None:
        now = self._clock()
        extensions = b""
        if stream.history is not None:
            extensions = rtp.extension_block(SEND_TIME_EXTENSION, rtp.absolute_send_time(now))
        elif packets[0].level is not None:
            extensions = rtp.extension_block(LEVEL_EXTENSION, bytes((packets[0].level,)))
        runs = plan(packets, extensions)
        clock_rate = CLOCK_RATES[stream.source.kind]
        stream.last_timestamp, stream.last_sent_at = packets[-1].timestamp, now
        for route in stream.routes:
            try:
                route.send(runs, now, clock_rate)
            except pylibsrtp.Error:  # libsrtp takes no packet longer than 1,356 bytes
                self.refused += 1
