"""A worker is killed while it opens meetings: each opens once, and none is forgotten."""

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
from palabre.calendar import LocalStart
from palabre.clock import SystemClock
from palabre.meetings import MeetingPlan, plan
from palabre.model import Account, Duty, JournalEvent, Meeting, MeetingState
from palabre.tenants import TenantContext, tenant_scope

MEETINGS = 60


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def clock() -> SystemClock:
    """The workers are processes of their own and look at the machine's clock."""
    return SystemClock()


def test_every_meeting_opens_once(
    application: Application, tenant: TenantContext, account: Account, tmp_path: Path, database_url: str
) -> None:
    _plan(application, tenant, account)
    for enough in (10, 30):
        worker = _start(tmp_path, database_url)
        _wait(lambda enough=enough: _live(application) >= enough, worker)
        worker.kill()
        worker.wait(10)
        _let_claims_run_out(application)
    assert _live(application) < MEETINGS
    worker = _start(tmp_path, database_url)
    _wait(lambda: _live(application) == MEETINGS and not _owed(application), worker)
    worker.terminate()
    assert worker.wait(20) == 0
    with application.db.reading() as session:
        opened = session.scalars(select(JournalEvent.meeting_id).where(JournalEvent.kind == "opened"))
        times = Counter(opened)
    assert len(times) == MEETINGS
    assert set(times.values()) == {1}


def _plan(application: Application, tenant: TenantContext, organiser: Account) -> None:
    now = application.clock.now().replace(microsecond=0) - timedelta(seconds=1)
    with tenant_scope(tenant), application.db.transaction() as session:
        for number in range(MEETINGS):
            plan(
                session,
                plugins=application.plugins,
                organiser=organiser,
                plan=MeetingPlan(
                    f"Meeting {number}",
                    start=LocalStart(now.replace(tzinfo=None), "UTC"),
                    mail_on_planning=False,
                ),
                now=now,
            )


def _start(folder: Path, database_url: str) -> subprocess.Popen[bytes]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")}
    places = {"PALABRE_DATA_DIR": str(folder), "PALABRE_DATABASE__URL": database_url}
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "palabre.services.worker"],
            cwd=folder,
            env={**known, **places},
            stdout=log,
            stderr=log,
        )


def _wait(condition: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _live(application: Application) -> int:
    with application.db.reading() as session:
        return session.scalar(select(func.count()).where(Meeting.state == MeetingState.LIVE)) or 0


def _owed(application: Application) -> int:
    now = application.clock.now()
    with application.db.reading() as session:
        return session.scalar(select(func.count()).where(Duty.is_open, Duty.due_at <= now)) or 0


def _let_claims_run_out(application: Application) -> None:
    """As if the minutes had passed for which the killed worker had them."""
    with application.db.transaction() as session:
        session.execute(
            update(Duty)
            .where(Duty.claimed_until.is_not(None))
            .values(claimed_until=application.clock.now() - timedelta(seconds=1)),
            execution_options={"synchronize_session": False},
        )
