"""Groups packets that one system call can send.

UDP segmentation wants equal sizes, but for a shorter last one. Browsers cut a video frame in nearly equal
parts; at most ``MOST_PADDING`` bytes of RTP padding make them equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from palabre.media.forwarder.packets import Packet

MOST_PADDING = 8
#: The kernel takes 64 segments and 65,507 bytes; headers and tags of 60 packets need room as well.
MOST_SEGMENTS = 44
LARGEST_PAYLOAD = 1400

#: RTP padding by its length: zeros, then the length itself (RFC 3550 §5.1).
_PADDING = [bytes(max(0, length - 1)) + bytes((length,)) * (length > 0) for length in range(MOST_PADDING + 1)]


@dataclass(frozen=True, slots=True)
class Part:
    """A packet as it is sent to everyone: the payload, padded when ``padded``."""

    packet: Packet
    payload: bytes
    padded: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Parts whose payloads are equally long, the last one perhaps shorter."""

    parts: tuple[Part, ...]
    payload_size: int


def plan(packets: Sequence[Packet]) -> list[Run]:
    """The fewest runs, in the order of the packets."""
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
            runs.append(_run(packets[start:position], largest))
            start, smallest, largest = position, size, size
        else:
            smallest, largest = min(smallest, size), peak
    if start < len(packets):
        runs.append(_run(packets[start:], largest))
    return runs


def _run(packets: Sequence[Packet], size: int) -> Run:
    last = len(packets) - 1
    parts = []
    for position, packet in enumerate(packets):
        lacking = size - len(packet.payload) if position < last else 0
        parts.append(
            Part(packet, packet.payload + _PADDING[lacking] if lacking else packet.payload, lacking > 0)
        )
    return Run(tuple(parts), size)
