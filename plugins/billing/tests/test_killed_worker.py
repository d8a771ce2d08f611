"""Workers are killed while they charge: every hour that was live is charged once, and none is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from palabre.model import Participant
from palabre.testing.clock import TestClock
from palabre.toolkit import Duty, tenant_scope
from palabre.worker.duties import do_due
from palabre_billing.debits import ChargedHour

MEETINGS = 25


@pytest.fixture
def clock():
    """Two hours and a half ago; the workers are processes of their own and look at the machine's clock."""
    return TestClock(datetime.now(UTC) - timedelta(hours=2, minutes=30))


@pytest.fixture
def rooms(world, give, clock):
    """Meetings that began then, in which somebody still is."""
    give(1000)
    rooms = [world.room("S") for _number in range(MEETINGS)]
    for room in rooms:
        room.person("Léa", role="presenter")
    clock.advance(hours=2, minutes=30)
    with world.application.db.transaction() as session:
        session.execute(update(Participant).values(lease_until=clock.now() + timedelta(hours=1)))
    return rooms


def charged(application):
    with application.db.reading() as session:
        return session.scalar(select(func.count()).select_from(ChargedHour)) or 0


def owed(application):
    with application.db.reading() as session:
        return session.scalar(
            select(func.count()).where(
                Duty.is_open, Duty.kind == "billing.hour", Duty.due_at <= datetime.now(UTC)
            )
        )


def test_every_hour_is_charged_once_whoever_is_killed(world, rooms, has, tmp_path, database_url):
    assert charged(world.application) == MEETINGS
    for enough in (MEETINGS + 8, MEETINGS + 20):
        worker = start(tmp_path, database_url)
        wait(lambda enough=enough: charged(world.application) >= enough, worker)
        worker.kill()
        worker.wait(10)
        with world.application.db.transaction() as session:
            session.execute(update(Duty).values(claimed_until=None))  # as if its claims had run out
    worker = start(tmp_path, database_url)
    wait(lambda: not owed(world.application), worker)
    worker.terminate()
    assert worker.wait(20) == 0
    assert charged(world.application) == 3 * MEETINGS
    assert has() == 1000 - 3 * MEETINGS
    assert world.faults() == []


def test_many_workers_at_once_charge_each_hour_once(world, rooms, has, make_application):
    workers = [make_application() for _number in range(4)]
    failures = []

    def work(application):
        try:
            with tenant_scope(None):
                do_due(application)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (charged(world.application), has()) == (3 * MEETINGS, 1000 - 3 * MEETINGS)
    assert world.faults() == []


def start(folder, database_url):
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


def wait(condition, worker):
    deadline = time.monotonic() + 60
    while not condition():
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
