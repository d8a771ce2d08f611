"""How often somebody may act: a bucket of tokens for each participant and act, in memory, before any database."""

from __future__ import annotations

import time
from dataclasses import dataclass

from palabre.errors import TooFast
from palabre.i18n import gettext as _
from palabre.rooms.acts import Rate

#: All acts of one participant together.
OVERALL = Rate(per_second=25, burst=60)
#: Buckets kept before the full ones are thrown away.
_KEPT = 10_000


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """Token buckets. Each process counts for itself, which is enough against floods."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def check(self, participant: str, act: str, rate: Rate) -> None:
        """Count one act.

        :raises TooFast: when there were too many.
        """
        self._spend(participant, "", OVERALL)
        self._spend(participant, act, rate)

    def forget(self, participant: str) -> None:
        """Somebody has left for good."""
        for key in [key for key in self._buckets if key[0] == participant]:
            del self._buckets[key]

    def _spend(self, participant: str, act: str, rate: Rate) -> None:
        now = time.monotonic()
        bucket = self._buckets.setdefault((participant, act), _Bucket(rate.burst, now))
        bucket.tokens = min(rate.burst, bucket.tokens + (now - bucket.at) * rate.per_second)
        bucket.at = now
        if bucket.tokens < 1:
            raise TooFast("too_fast", _("That was too fast. Wait a moment and try again."))
        bucket.tokens -= 1
        if len(self._buckets) > _KEPT:
            self._throw_away_idle(now)

    def _throw_away_idle(self, now: float) -> None:
        for key in [key for key, bucket in self._buckets.items() if now - bucket.at > 60]:
            del self._buckets[key]
