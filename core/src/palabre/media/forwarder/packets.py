"""A packet between reception and sending, and the ring that remembers it for retransmission."""

from __future__ import annotations

from typing import NamedTuple

HISTORY = 1024


class Packet(NamedTuple):
    """One RTP packet in plain text, its source's identity removed."""

    #: Extended sequence number, as the publisher counts.
    sequence: int
    timestamp: int
    marker: bool
    #: Without RTP padding.
    payload: bytes
    #: The byte of the audio level extension, if it came with one.
    level: int | None


class History:
    """The newest packets of a stream, by index."""

    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots: list[Packet | None] = [None] * HISTORY

    def add(self, packet: Packet) -> None:
        """Remember; the packet ``HISTORY`` before it is forgotten."""
        self._slots[packet.sequence % HISTORY] = packet

    def get(self, index: int) -> Packet | None:
        """The packet with this index while it is remembered."""
        packet = self._slots[index % HISTORY]
        return packet if packet is not None and packet.sequence == index else None
