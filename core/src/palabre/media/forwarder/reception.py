"""What one SSRC has sent us: packet index, replay window, losses, jitter."""

from __future__ import annotations

SEQUENCES = 1 << 16
WINDOW = 1024
_MASK = (1 << WINDOW) - 1

#: A jump larger than this is a new beginning of the sender, not a loss to repair.
LONGEST_REPAIR = 256


class ReplayWindow:
    """Packet index (RFC 3711 §3.3.1) and replay list (§3.3.2) of one SSRC."""

    __slots__ = ("_seen", "highest")

    def __init__(self) -> None:
        self.highest = -1
        self._seen = 0

    def index(self, sequence: int) -> int:
        """The most likely index of a packet with this 16-bit sequence number."""
        return nearest(self.highest, sequence) if self.highest >= 0 else sequence

    def is_new(self, index: int) -> bool:
        """Whether a packet with this index may still be accepted."""
        behind = self.highest - index
        return behind < 0 or (behind < WINDOW and not self._seen >> behind & 1)

    def add(self, index: int) -> None:
        """Remember an authentic packet."""
        ahead = index - self.highest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & _MASK if ahead < WINDOW else 1
            self.highest = index
        else:
            self._seen |= 1 << -ahead


def nearest(reference: int, sequence: int) -> int:
    """The index with these low 16 bits that lies nearest to ``reference``, never below zero."""
    index = reference - reference % SEQUENCES + sequence
    if index - reference > SEQUENCES // 2 and index >= SEQUENCES:
        return index - SEQUENCES
    if reference - index > SEQUENCES // 2:
        return index + SEQUENCES
    return index


class Reception:
    """Counts of one stream and the packets still wanted."""

    __slots__ = (
        "_clock_rate",
        "_missing",
        "_repairable",
        "_transit",
        "first",
        "highest",
        "jitter",
        "last_at",
        "received",
    )

    def __init__(self, clock_rate: int, *, repairable: bool) -> None:
        """:param repairable: whether missing packets can be asked for; else they are only counted."""
        self._clock_rate = clock_rate
        self._repairable = repairable
        self._transit: float | None = None
        #: index → time it was first missed, seconds.
        self._missing: dict[int, float] = {}
        self.first = -1
        self.highest = -1
        self.received = 0
        self.jitter = 0.0
        self.last_at: float | None = None

    @property
    def lost(self) -> int:
        """Packets that never came at first hand (RFC 3550 §6.4.1)."""
        return max(0, self.highest - self.first + 1 - self.received) if self.received else 0

    @property
    def jitter_s(self) -> float:
        """Interarrival jitter, seconds."""
        return self.jitter / self._clock_rate

    def add(self, index: int, timestamp: int, now: float) -> bool:
        """Count a packet received at first hand; whether it uncovers a gap."""
        self.received += 1
        self.last_at = now
        transit = now * self._clock_rate - timestamp
        if self._transit is not None:
            difference = abs(transit - self._transit)
            if difference < self._clock_rate * 5:  # else the timestamp wrapped or began anew
                self.jitter += (difference - self.jitter) / 16
        self._transit = transit
        ahead = index - self.highest
        if ahead == 1:
            self.highest = index
            return False
        if self.highest < 0:
            self.first = self.highest = index
            return False
        if ahead < 0:
            self._missing.pop(index, None)
            return False
        gap = self._repairable and ahead <= LONGEST_REPAIR
        if gap:
            for lost in range(self.highest + 1, index):
                self._missing[lost] = now
        else:
            self._missing.clear()
        self.highest = index
        return gap

    def recovered(self, index: int) -> None:
        """A packet came by retransmission."""
        self._missing.pop(index, None)

    def missing(self, now: float, patience_s: float) -> list[int]:
        """What is wanted still; what was missed longer than ``patience_s`` ago is given up."""
        if not self._missing:
            return []
        for index in [index for index, since in self._missing.items() if now - since > patience_s]:
            del self._missing[index]
        return sorted(self._missing)
