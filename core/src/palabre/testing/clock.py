"""A clock that a test turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TestClock:
    """Stands still until it is turned.

    :param now: where it starts; aware.
    """

    __test__ = False  # pytest: this is no test case

    def __init__(self, now: datetime = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it shows."""
        return self._now

    def advance(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime:
        """Turn it on, and return the new moment."""
        self._now += timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self._now
