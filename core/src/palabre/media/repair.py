"""Asks a publisher again for packets that were lost on their way to us (RFC 4585 generic NACK)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

#: Packets overtake each other now and then; wait that long before taking them for lost.
PATIENCE_S = 0.01
#: Ask again after that; more than most round trips.
AGAIN_S = 0.08
MOST_ASKED = 10
#: In one request; more is no loss but a broken network, and a key frame helps sooner.
MOST_AT_ONCE = 128


class RepairRequests:
    """Woken by ``missed``; asks until everything came, was asked ``MOST_ASKED`` times, or is too old."""

    def __init__(self, missing: Callable[[], Sequence[int]], send: Callable[[Sequence[int]], None]) -> None:
        """
        :param missing: the extended sequence numbers wanted now.
        :param send: asks the publisher for some.
        """
        self._missing = missing
        self._send = send
        self._asked: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.sent = 0

    def missed(self) -> None:
        """There is something missing."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._ask)

    def close(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ask(self) -> None:
        self._timer = None
        missing = self._missing()
        self._asked = {number: self._asked.get(number, 0) + 1 for number in missing}
        wanted = [number for number, times in self._asked.items() if times <= MOST_ASKED][-MOST_AT_ONCE:]
        if wanted:
            self.sent += 1
            self._send(wanted)
            self._timer = asyncio.get_running_loop().call_later(AGAIN_S, self._ask)
