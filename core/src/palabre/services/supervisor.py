"""Running every process on one machine: what dies is started again, and the end of one is the end of all.

It is circus, used as a library: no port and no socket file is opened for it.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from palabre.services import launch
from palabre.services.service import Process

log = structlog.get_logger(__name__)

#: How often dead processes are looked for, in seconds.
CHECK_EVERY_S = 0.1
#: After SIGTERM a process has so long to end, in seconds.
GRACE_S = 5.0
#: A process that lived longer did not fail at its start, in seconds.
GOOD_START_S = 5.0
#: Before the next try, after so many failed starts in a row; then the last one each time, in seconds.
PAUSES_S = (0.0, 0.0, 1.0, 2.0, 5.0, 10.0)


class Restarts:
    """How one process fares, and how long to wait before it is started again."""

    def __init__(self, process: Process, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._process = process
        self._monotonic = monotonic
        self._started_at = float("-inf")
        self._failed: deque[float] = deque(maxlen=len(PAUSES_S))
        self.running = False

    def starting(self) -> float:
        """It is about to be started: the pause to make before, in seconds."""
        pause = PAUSES_S[min(len(self._failed), len(PAUSES_S) - 1)]
        self._started_at = self._monotonic() + pause
        self.running = True
        return pause

    def ended(self, status: int | None) -> None:
        """It is dead."""
        self.running = False
        lived_s = self._monotonic() - self._started_at
        if lived_s < GOOD_START_S:
            self._failed.append(lived_s)
        else:
            self._failed.clear()
        log.warning(
            "process_ended",
            process=self._process.name,
            status=status,
            lived_s=round(lived_s, 1),
            again_in_s=PAUSES_S[min(len(self._failed), len(PAUSES_S) - 1)],
        )


def supervise(processes: Sequence[Process], started: Callable[[], None]) -> None:
    """Run processes until SIGTERM, SIGINT or SIGHUP; then end all of them.

    :param started: called in a thread of its own once they are being started.
    """
    from circus.arbiter import Arbiter
    from circus.exc import ConflictError
    from circus.sighandler import SysHandler

    class Patient(Arbiter):  # type: ignore[misc]  # it carries no types
        def manage_watchers(self) -> Any:
            try:
                return super().manage_watchers()
            except ConflictError:  # it is starting or ending: the next look comes soon
                return None

    # A closed terminal is an end, not circus's wish to restart everything.
    SysHandler.handle_hup = SysHandler.quit
    watchers = [_watcher(process) for process in processes]
    arbiter = Patient(
        watchers, "inproc://commands", "inproc://events", check_delay=CHECK_EVERY_S, proc_name="palabre"
    )
    import threading

    threading.Thread(target=started, daemon=True).start()
    arbiter.start()


def _watcher(process: Process) -> Any:
    from circus.watcher import Watcher

    restarts = Restarts(process)
    arguments = [*_launcher(), "0", *process.command]
    delay_at = len(_launcher())

    def before_spawn(watcher: Any, **_said: Any) -> bool:
        watcher.args[delay_at] = str(restarts.starting())
        return True

    def after_reap(watcher: Any, **said: Any) -> bool:
        if not watcher.is_stopping() and not watcher.is_stopped():
            restarts.ended(said.get("exit_code"))
        return True

    return Watcher(
        process.name,
        sys.executable,
        args=arguments,
        copy_env=True,
        working_dir=str(Path.cwd()),
        graceful_timeout=GRACE_S,
        hooks={"before_spawn": (before_spawn, False), "after_reap": (after_reap, True)},
        max_retry=-1,
    )


def _launcher() -> list[str]:
    # -S and -E: nothing of the environment is needed to become another program
    return ["-S", "-E", str(Path(launch.__file__)), str(os.getpid())]
