"""The worker's loop: each sweep at its time, and none of them stops the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from palabre.application import Application
from palabre.worker.sweeps import Sweep, core_sweeps

log = structlog.get_logger(__name__)


def run(
    application: Application,
    stop: threading.Event,
    *,
    sweeps: Sequence[Sweep] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Sweep until ``stop`` is set. Several workers may run at once, on several machines.

    :param sweeps: the core's when not given.
    """
    due = {sweep: monotonic() for sweep in (core_sweeps() if sweeps is None else sweeps)}
    while due and not stop.is_set():
        sweep = min(due, key=lambda one: due[one])
        if stop.wait(max(0.0, due[sweep] - monotonic())):
            return
        _run(application, sweep)
        due[sweep] = monotonic() + sweep.every_s


def _run(application: Application, sweep: Sweep) -> None:
    try:
        done = sweep.run(application)
    except Exception:
        log.exception("sweep failed", sweep=sweep.name)
        return
    if done:
        log.info("swept", sweep=sweep.name, done=done)
