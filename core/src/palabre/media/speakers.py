"""Who speaks: a ranking that follows the voices and does not flicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Speakers in the ranking.
PLACES = 5
#: Quieter than this is nobody speaking.
AUDIBLE = 0.12
#: Who got a place keeps it through pauses of that length; who has none must be that much louder to take it.
HOLD_S = 1.5
BONUS = 1.25
#: The dominant speaker changes only for somebody that much louder, and not too often.
LOUDER = 1.3
DOMINANT_S = 0.8
#: Levels are told in steps, else they would change each time.
STEPS = 10


@dataclass(frozen=True, slots=True)
class Speakers:
    """Loudest first; levels from 0 to 1 of those who can be heard."""

    ranked: tuple[str, ...]
    dominant: str | None
    levels: Mapping[str, float]


class SpeakerRanking:
    """Fed with everybody's loudness a few times a second."""

    def __init__(self) -> None:
        #: Who has a place, and when they were last heard.
        self._placed: dict[str, float] = {}
        self._dominant: str | None = None
        self._dominant_at = float("-inf")
        self._told = Speakers((), None, {})

    def update(self, loudness: Mapping[str, float], now: float) -> Speakers | None:
        """The speakers when they differ from those told last, else None.

        :param loudness: of everybody who could speak, 0 to 1.
        """
        speakers = Speakers(
            self._rank(loudness, now),
            self._choose_dominant(loudness, now),
            {who: round(level * STEPS) / STEPS for who, level in loudness.items() if level * STEPS >= 0.5},
        )
        if speakers == self._told:
            return None
        self._told = speakers
        return speakers

    def _rank(self, loudness: Mapping[str, float], now: float) -> tuple[str, ...]:
        for who, level in loudness.items():
            if level >= AUDIBLE and (
                who in self._placed or len(self._placed) < PLACES or self._beats(level, loudness)
            ):
                self._placed[who] = now
        self._placed = {
            who: since for who, since in self._placed.items() if who in loudness and now - since < HOLD_S
        }
        ranked = sorted(self._placed, key=lambda who: -loudness[who])[:PLACES]
        self._placed = {who: self._placed[who] for who in ranked}
        return tuple(ranked)

    def _beats(self, level: float, loudness: Mapping[str, float]) -> bool:
        return level > BONUS * min(loudness.get(who, 0.0) for who in self._placed)

    def _choose_dominant(self, loudness: Mapping[str, float], now: float) -> str | None:
        if self._dominant is not None and self._dominant not in loudness:
            self._dominant = None
        loudest = max(loudness, key=lambda who: loudness[who], default=None)
        if loudest is None or loudest == self._dominant or loudness[loudest] < AUDIBLE:
            return self._dominant
        current = loudness[self._dominant] if self._dominant is not None else 0.0
        if self._dominant is None or (
            now - self._dominant_at >= DOMINANT_S and loudness[loudest] > LOUDER * current
        ):
            self._dominant, self._dominant_at = loudest, now
        return self._dominant
