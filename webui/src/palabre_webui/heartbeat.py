"""How long the loop of this process was held up: the delay that every socket of it felt, and what of it was ours.

On a busy machine a process also waits for a processor that others have. Linux counts that wait (``schedstat``); what
remains was done, or waited for, by this process itself, and is what its code can be blamed for.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from palabre_webui import concurrency

#: One beat, in seconds.
BEAT_S = 0.02
#: Time this thread ran and time it waited for a processor, in nanoseconds, and how often it ran.
_SCHEDULER = Path("/proc/thread-self/schedstat")
#: For how long a stall is remembered as recent, in seconds.
RECENT_S = 60.0


class Heartbeat:
    """Sleeps for a moment, again and again, and notes by how much each sleep was too long.

    :ivar worst_s: longest stall since the process started, in seconds.
    :ivar worst_own_s: the same without what the machine kept us waiting for a processor; equal where the system does
        not say.
    """

    def __init__(self) -> None:
        self.worst_s = 0.0
        self.worst_own_s = 0.0
        self._recent: deque[tuple[float, float]] = deque()

    def start(self) -> None:
        """Beat, in the background."""
        concurrency.spawn(self._beat)

    def recent_s(self) -> float:
        """Longest stall of the last minute, in seconds."""
        self._forget(time.monotonic())
        return max((stall for _at, stall in self._recent), default=0.0)

    def reset(self) -> None:
        """Forget every stall."""
        self.worst_s = self.worst_own_s = 0.0
        self._recent.clear()

    def _beat(self) -> None:
        while True:
            before, waited_before = time.monotonic(), _waited_s()
            concurrency.sleep(BEAT_S)
            now = time.monotonic()
            stall = now - before - BEAT_S
            self.worst_s = max(self.worst_s, stall)
            self.worst_own_s = max(self.worst_own_s, stall - (_waited_s() - waited_before))
            while self._recent and self._recent[-1][1] <= stall:  # outlived by a longer one
                self._recent.pop()
            self._recent.append((now, stall))
            self._forget(now)

    def _forget(self, now: float) -> None:
        while self._recent and now - self._recent[0][0] > RECENT_S:
            self._recent.popleft()


def _waited_s() -> float:
    """How long this thread was ready to run and others had the processors, in seconds since it started."""
    try:
        return int(_SCHEDULER.read_bytes().split()[1]) / 1e9
    except OSError:  # not Linux, or a kernel that does not count
        return 0.0
