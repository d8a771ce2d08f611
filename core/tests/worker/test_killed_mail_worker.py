"""A worker is killed in the middle of 500 invitations: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from palabre.application import Application
from palabre.clock import SystemClock
from palabre.invitations import Guest, invite, set_guests
from palabre.model import Duty, Mail, MailState, Meeting, Occurrence
from palabre.tenants import TenantContext
from palabre.testing.mail import MailServer

GUESTS = 500


@pytest.fixture
def clock() -> SystemClock:
    """The workers are processes of their own and look at the machine's clock."""
    return SystemClock()


@pytest.fixture
def environment(tmp_path: Path, database_url: str, mail_server: MailServer) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")},
        "PALABRE_DATA_DIR": str(tmp_path),
        "PALABRE_DATABASE__URL": database_url,
        "PALABRE_MAIL__HOST": "127.0.0.1",
        "PALABRE_MAIL__PORT": str(mail_server.port),
        "PALABRE_MAIL__SECURITY": "none",
        "PALABRE_MAIL__SENDER": "meetings@example.org",
    }


@pytest.fixture
def plan(application: Application, tenant: TenantContext) -> Callable[[], None]:
    def plan() -> None:
        now = application.clock.now()
        start = now + timedelta(days=30)
        with application.db.transaction() as session:
            meeting = Meeting(tenant_id=tenant.id, name="Assembly", starts_at=start, created_at=now)
            meeting.occurrences = [
                Occurrence(tenant_id=tenant.id, recurrence_id=start, starts_at=start, duration_min=60)
            ]
            session.add(meeting)
            session.flush()
            guests = [Guest(f"guest{number}@example.org", f"Guest {number}") for number in range(GUESTS)]
            set_guests(session, meeting=meeting, guests=guests, now=now)
            invite(session, meeting=meeting, now=now)

    return plan


def test_nothing_is_lost_and_nothing_doubled(
    application: Application,
    plan: Callable[[], None],
    mail_server: MailServer,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    plan()
    for enough in (60, 250):
        worker = _start(environment, tmp_path)
        _wait(lambda enough=enough: len(mail_server.mails) >= enough, worker)
        worker.kill()
        worker.wait(10)
        assert len(mail_server.mails) < GUESTS
        _let_claims_run_out(application)
    worker = _start(environment, tmp_path)
    _wait(lambda: _sent(application) == GUESTS, worker)
    worker.terminate()
    assert worker.wait(20) == 0

    sent_as: dict[str, set[str]] = {}
    for mail in mail_server.mails:
        sent_as.setdefault(mail.recipient, set()).add(str(mail.message["Message-ID"]))
    assert len(sent_as) == GUESTS
    assert all(len(ids) == 1 for ids in sent_as.values())
    # a mail that the server took while the worker was killed comes again under its old Message-ID: one a connection
    again = sum(count - 1 for count in Counter(mail.recipient for mail in mail_server.mails).values())
    assert again <= 2 * application.settings.mail.connections


def _start(environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "palabre.services.worker"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )


def _wait(condition: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _sent(application: Application) -> int:
    with application.db.reading() as session:
        return session.scalar(select(func.count()).where(Mail.state == MailState.SENT)) or 0


def _let_claims_run_out(application: Application) -> None:
    """As if the minute had passed for which the killed worker had them."""
    past = application.clock.now() - timedelta(seconds=1)
    with application.db.transaction() as session:
        session.execute(update(Mail).where(Mail.claimed_until.is_not(None)).values(claimed_until=past))
        session.execute(update(Duty).where(Duty.claimed_until.is_not(None)).values(claimed_until=past))
