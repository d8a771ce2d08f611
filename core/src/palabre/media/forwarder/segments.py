"""Groups packets that one system call can send.

UDP segmentation wants equal sizes, but for a shorter last one. Browsers cut a video frame in nearly equal
parts; at most ``MOST_PADDING`` bytes of RTP padding make them equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.rtp import EXTENSION, MARKER, PADDING, VERSION

MOST_PADDING = 8
#: The kernel takes 64 segments and 65,507 bytes; headers and tags of 60 packets need room as well.
MOST_SEGMENTS = 44
LARGEST_PAYLOAD = 1400

#: RTP padding by its length: zeros, then the length itself (RFC 3550 §5.1).
_PADDING = [bytes(max(0, length - 1)) + bytes((length,)) * (length > 0) for length in range(MOST_PADDING + 1)]


class Part(NamedTuple):
    """A packet as everybody gets it."""

    #: The header's first 16 bits without the payload type.
    first: int
    #: Extended sequence number, as the publisher counts.
    sequence: int
    timestamp: int
    #: With the RTP padding that makes it as long as its neighbours.
    payload: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """Parts whose payloads are equally long, the last one perhaps shorter."""

    parts: tuple[Part, ...]
    #: The header extension block of each, empty for none.
    extensions: bytes
    payload_size: int
    newest: int


def plan(packets: Sequence[Packet], extensions: bytes = b"") -> list[Run]:
    """The fewest runs, in the order of the packets; ``extensions`` go with each."""
    runs: list[Run] = []
    start = 0
    smallest = largest = 0
    for position, packet in enumerate(packets):
        size = len(packet.payload)
        if position == start:
            smallest = largest = size
            continue
        peak = max(largest, size)
        if peak - smallest > MOST_PADDING or position - start >= MOST_SEGMENTS or peak > LARGEST_PAYLOAD:
            runs.append(_run(packets[start:position], largest, extensions))
            start, smallest, largest = position, size, size
        else:
            smallest, largest = min(smallest, size), peak
    if start < len(packets):
        runs.append(_run(packets[start:], largest, extensions))
    return runs


def _run(packets: Sequence[Packet], size: int, extensions: bytes) -> Run:
    last = len(packets) - 1
    start = VERSION | (EXTENSION if extensions else 0)
    parts = []
    for position, packet in enumerate(packets):
        first = start | (MARKER if packet.marker else 0)
        payload = packet.payload
        if position < last and len(payload) < size:
            payload += _PADDING[size - len(payload)]
            first |= PADDING
        parts.append(Part(first, packet.sequence, packet.timestamp, payload))
    return Run(
        tuple(parts),
        extensions,
        size,
        newest=max(packet.sequence for packet in packets),
    )
