"""Invitations that are due at one moment: how many leave in a second, what the worker needs, what pages feel of it.

Run it with ``python benchmarks/invitations``. It starts a web process, one worker and a mail server (aiosmtpd) on
loopback, has the guests of one meeting invited at one moment, and asks for pages meanwhile, ten a second. Targets:
10,000 guests, at least 100 mails a second, at most 200 MB for the worker, pages within 150 ms (95 of 100).
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import click

from palabre import first_run
from palabre.application import Application, create_application
from palabre.config import Settings
from palabre.invitations import Guest, invite, set_guests, token_of
from palabre.migrations import upgrade
from palabre.model import Invitee, JoinLink, Meeting, Occurrence, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import tenant_scope

PALABRE = str(Path(sys.executable).with_name("palabre"))
#: Before, pages are asked for so long with nothing to mail, in seconds.
QUIET_S = 10.0


@click.command()
@click.option("--guests", default=10_000, show_default=True, help="Guests of the meeting.")
@click.option("--postgresql", default=None, help="Address of an empty database; SQLite without it.")
def main(guests: int, postgresql: str | None) -> None:
    """Measure invitations."""
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), guests, postgresql)


def measure(folder: Path, guests: int, database: str | None) -> None:
    """Run everything in a folder, and print what was measured."""
    mail_port, web_port = _free_port(), _free_port()
    environment = {
        **os.environ,
        "PALABRE_DATA_DIR": str(folder),
        "PALABRE_WEB__PORT": str(web_port),
        "PALABRE_MAIL__HOST": "127.0.0.1",
        "PALABRE_MAIL__PORT": str(mail_port),
        "PALABRE_MAIL__SECURITY": "none",
        "PALABRE_LOG__LEVEL": "warning",
        **({"PALABRE_DATABASE__URL": database} if database else {}),
    }
    os.environ.update(environment)
    application = create_application(Settings())
    upgrade(application.db, application.plugins)
    first_run.prepare(application)
    began = time.perf_counter()
    path = _plan(application, guests)
    click.echo(f"planned with {guests} guests in {time.perf_counter() - began:.1f} s")

    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("server.py")), str(mail_port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    web = subprocess.Popen([PALABRE, "serve", "web"], env=environment)
    processes = [server, web]
    try:
        pages = [f"http://127.0.0.1:{web_port}{one}" for one in ("/", "/join", f"{path}/calendar.ics")]
        _wait_for(pages[0])
        quiet = _Visitor(pages)
        time.sleep(QUIET_S)
        quiet.stop()
        worker = subprocess.Popen([sys.executable, "-m", "palabre.services.worker"], env=environment)
        processes.append(worker)
        busy, started = _Visitor(pages), time.time()
        taken, doubled, first_at, last_at = _follow(server, guests)
        busy.stop()
        memory_mb = _peak_memory_mb(worker.pid)
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)
    click.echo(f"arrived: {taken}, twice: {doubled}, first after {first_at - started:.1f} s")
    click.echo(f"mails a second: {taken / (last_at - first_at):.0f}  (target: at least 100)")
    click.echo(f"worker's memory at its peak: {memory_mb:.0f} MB  (target: at most 200)")
    click.echo(f"pages before: {quiet}")
    click.echo(f"pages meanwhile: {busy}  (target: 95 of 100 within 150 ms)")


def _plan(application: Application, guests: int) -> str:
    """A meeting whose guests are to be invited now; the path of one guest's link."""
    with application.db.reading() as session:
        tenant = tenant_context(session, application.plugins, session.query(Tenant).one())
    with tenant_scope(tenant), application.db.transaction() as session:
        now = application.clock.now()
        start = now + timedelta(days=7)
        meeting = Meeting(
            name="General assembly",
            starts_at=start,
            time_zone="Europe/Paris",
            created_at=now,
            words="Welcome.",
        )
        meeting.occurrences = [Occurrence(recurrence_id=start, starts_at=start, duration_min=60)]
        session.add(meeting)
        session.flush()
        invited = [
            Guest(f"guest{number}@example.org", f"Guest {number}", language=("en", "fr")[number % 2])
            for number in range(guests)
        ]
        set_guests(session, meeting=meeting, guests=invited, now=now)
        invite(session, meeting=meeting, now=now)
        link = session.get_one(JoinLink, session.query(Invitee.link_id).limit(1).scalar())
        return f"/join/{token_of(application.secret, link)}"


class _Visitor:
    """Asks for pages, ten a second, until it is stopped."""

    def __init__(self, pages: list[str]) -> None:
        self._pages = pages
        self._stop = threading.Event()
        self._took_ms: list[float] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """No more."""
        self._stop.set()
        self._thread.join()

    def __str__(self) -> str:
        steps = statistics.quantiles(self._took_ms, n=100)
        return (
            f"{len(self._took_ms)} asked for, median {statistics.median(self._took_ms):.0f} ms, "
            f"95 of 100 within {steps[94]:.0f} ms, longest {max(self._took_ms):.0f} ms"
        )

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.1):
            began = time.perf_counter()
            with urllib.request.urlopen(self._pages[number % len(self._pages)], timeout=30) as answer:
                answer.read()
            self._took_ms.append((time.perf_counter() - began) * 1000)
            number += 1


def _follow(server: subprocess.Popen[str], guests: int) -> tuple[int, int, float, float]:
    assert server.stdout is not None
    deadline = time.monotonic() + 60 + guests / 20
    for line in server.stdout:
        taken, doubled, first_at, last_at = line.split()
        if int(taken) >= guests or time.monotonic() > deadline:
            return int(taken), int(doubled), float(first_at), float(last_at)
    raise SystemExit("the mail server ended")


def _peak_memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def _wait_for(page: str) -> None:
    for _attempt in range(300):
        try:
            with urllib.request.urlopen(page, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{page} does not answer")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
