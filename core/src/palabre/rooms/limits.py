"""How often somebody may act: a bucket of tokens for each participant and act, in memory, before any database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from palabre.errors import TooFast
from palabre.i18n import gettext as _
from palabre.rooms.acts import Rate

#: All acts of one participant together.
OVERALL = Rate(per_second=25, burst=60)
#: Acts that nobody knows: few.
UNKNOWN = Rate(per_second=1, burst=10)
#: Buckets kept before those that nobody used for a minute are thrown away.
_KEPT = 10_000
_IDLE_S = 60.0


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """Token buckets. Each process counts for itself, which is enough against floods.

    :param monotonic: seconds that only grow.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._next_cleaning = 0.0

    def check(self, who: str, what: str = "", rate: Rate = OVERALL) -> None:
        """Count one ``what`` of ``who``: an act, or everything together when it is empty.

        :raises TooFast: when there were too many.
        """
        now = self._monotonic()
        bucket = self._buckets.get((who, what))
        if bucket is None:
            self._throw_away_idle(now)
            bucket = self._buckets[who, what] = _Bucket(rate.burst, now)
        bucket.tokens = min(rate.burst, bucket.tokens + (now - bucket.at) * rate.per_second)
        bucket.at = now
        if bucket.tokens < 1:
            raise TooFast("too_fast", _("That was too fast. Wait a moment and try again."))
        bucket.tokens -= 1

    def _throw_away_idle(self, now: float) -> None:
        if len(self._buckets) < _KEPT or now < self._next_cleaning:
            return
        self._next_cleaning = now + 1
        for key in [key for key, bucket in self._buckets.items() if now - bucket.at > _IDLE_S]:
            del self._buckets[key]
