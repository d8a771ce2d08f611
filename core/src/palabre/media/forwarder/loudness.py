"""How loud a stream is, from the audio level that each packet carries (RFC 6464)."""

from __future__ import annotations

import math

#: Below this level, in -dBov, there is only noise.
GATE = 77
ATTACK_S = 0.08
RELEASE_S = 0.5
PACKET_S = 0.02
VOICE_BIT = 0x80

_ATTACK = 1 - math.exp(-PACKET_S / ATTACK_S)
_RELEASE = 1 - math.exp(-PACKET_S / RELEASE_S)
#: Loudness by the extension's byte: full weight with the voice bit, half without.
_LOUDNESS = [
    max(0.0, (GATE - (byte & 0x7F)) / GATE) * (1.0 if byte & VOICE_BIT else 0.5) for byte in range(256)
]


class Loudness:
    """Rises quickly, falls slowly; 0 to 1."""

    __slots__ = ("_at", "_value")

    def __init__(self) -> None:
        self._value = 0.0
        self._at = 0.0

    def hear(self, level: int, now: float) -> None:
        """Take the level byte of one packet."""
        target = _LOUDNESS[level]
        self._value += (target - self._value) * (_ATTACK if target > self._value else _RELEASE)
        self._at = now

    def at(self, now: float) -> float:
        """Loudness now. Opus sends almost nothing in silence (DTX), so no packets mean it fades."""
        silence = now - self._at - 2 * PACKET_S
        return self._value if silence <= 0 else self._value * math.exp(-silence / RELEASE_S)
