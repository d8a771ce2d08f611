"""What a forwarded packet costs a worker, over the last minute."""

from __future__ import annotations

from collections import deque

#: Notes that are kept; one is made each second.
NOTES = 60
#: With fewer packets the number would tell what it costs to wait for packets.
FEWEST_PACKETS = 100


class PacketCost:
    """The quotient of two totals that are noted again and again."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, int]] = deque(maxlen=NOTES)

    def note(self, cpu_s: float, packets: int) -> None:
        """Remember the worker's CPU time and the packets it sent, both since it started."""
        self._notes.append((cpu_s, packets))

    def recent_s(self) -> float | None:
        """CPU seconds for each packet sent between the oldest note and the newest, None when hardly any was."""
        if len(self._notes) < 2:
            return None
        (began_s, before), (ended_s, after) = self._notes[0], self._notes[-1]
        packets = after - before
        return (ended_s - began_s) / packets if packets >= FEWEST_PACKETS else None
