"""The threads of a worker that send mail, each by a connection of its own, beside whatever else the worker does."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from palabre.application import Application
from palabre.mail.delivery import Carrier, Unreachable, carrier
from palabre.worker.mailing import CLAIM_S, Batch

log = structlog.get_logger(__name__)

#: Seconds between two looks for due mail, and between two renewals of claims.
EVERY_S, RENEW_S = 1.0, CLAIM_S / 4
#: Pauses after which a server that was away is tried again, in seconds; the last one repeats.
AWAY_S = (2.0, 5.0, 10.0, 20.0, 30.0)


class Senders:
    """Sends what is due until ``stop`` is set. Several workers may do so at once, on several machines."""

    def __init__(
        self,
        application: Application,
        stop: threading.Event,
        *,
        by: Callable[[], Carrier] | None = None,
    ) -> None:
        settings = application.settings
        self._application = application
        self._stop = stop
        self._by = by or (lambda: carrier(settings.mail, settings.data_dir))
        #: what each thread is at
        self._batches: dict[str, Batch] = {}
        names = [f"mail-{number}" for number in range(settings.mail.connections)]
        self._threads = [threading.Thread(target=self._send, name=name, args=(name,)) for name in names]
        self._claims = threading.Thread(target=self._renew, name="mail-claims")

    def start(self) -> None:
        """Begin."""
        for thread in (*self._threads, self._claims):
            thread.start()

    def join(self) -> None:
        """Wait until the mails that are being handed over are gone. Set ``stop`` before."""
        for thread in (*self._threads, self._claims):
            thread.join()

    def _send(self, name: str) -> None:
        by = self._by()
        failures = 0
        while not self._stop.is_set():
            pause_s = EVERY_S
            try:
                while not self._stop.is_set() and self._send_batch(name, by):
                    failures = 0
            except Unreachable as trouble:
                pause_s = AWAY_S[min(failures, len(AWAY_S) - 1)]
                failures += 1
                log.warning("mail server is away", reason=trouble.reason, again_in_s=pause_s)
            except Exception:
                pause_s = AWAY_S[-1]
                log.exception("mail could not be sent")
            by.close()
            self._stop.wait(pause_s)
        by.close()

    def _send_batch(self, name: str, by: Carrier) -> bool:
        """Send some; whether there were any."""
        batch = Batch.claim(self._application)
        if not batch.due:
            return False
        self._batches[name] = batch
        batch.send(by, until=self._stop)
        return True

    def _renew(self) -> None:
        while not self._stop.wait(RENEW_S):
            self._renew_all()
        for thread in self._threads:  # those that still wait for a slow server
            while thread.is_alive():
                thread.join(RENEW_S)
                self._renew_all()

    def _renew_all(self) -> None:
        for batch in tuple(self._batches.values()):
            try:
                batch.renew()
            except Exception:  # the next renewal comes before the claim runs out
                log.exception("claims could not be renewed")
