"""The worker: each sweep at its time, whatever the others do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.model import PerformedAct
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom
from palabre.worker import Sweep, core_sweeps
from palabre.worker.loop import run


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def application(tmp_path: Path, clock: TestClock) -> Application:
    settings = Settings(
        data_dir=tmp_path, database=DatabaseSection(url=f"sqlite:///{tmp_path}/palabre.sqlite3")
    )
    return create_application(settings, plugins=make_host(), clock=clock)


def _sweep(application: Application, name: str) -> int:
    return next(sweep for sweep in core_sweeps() if sweep.name == name).run(application)


def test_people_whose_connection_is_lost_leave_their_rooms(
    application: Application, clock: TestClock
) -> None:
    room = HeadlessRoom.make(application)
    other = HeadlessRoom.make(application, tenant=room.tenant)
    lea, sam, kim = room.person("Léa", "presenter"), room.person("Sam"), other.person("Kim", "presenter")
    sam.drop()
    kim.drop()
    clock.advance(seconds=4)
    room.renew(lea)

    assert _sweep(application, "expire leases") == 2
    assert _sweep(application, "expire leases") == 0
    assert lea.heard("left") == [{"participant": sam.id, "reason": "lost"}]


def test_ids_of_acts_are_forgotten_after_a_day(application: Application, clock: TestClock) -> None:
    lea = HeadlessRoom.make(application).person("Léa", "presenter")
    lea.act("lock")
    clock.advance(hours=23)
    lea.act("unlock")
    clock.advance(hours=2)

    assert _sweep(application, "forget performed acts") == 1
    with application.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(PerformedAct)) == 1


def test_a_sweep_that_fails_stops_no_other_and_is_tried_again(application: Application) -> None:
    stop = threading.Event()
    tried: list[str] = []

    def failing(_application: Application) -> int:
        tried.append("failing")
        raise RuntimeError("no luck")

    def counting(_application: Application) -> int:
        tried.append("counting")
        if tried.count("counting") == 3:
            stop.set()
        return 1

    run(application, stop, sweeps=[Sweep("failing", 0, failing), Sweep("counting", 0, counting)])

    assert tried.count("failing") >= 2


def test_the_worker_stops_at_once_when_told(application: Application) -> None:
    HeadlessRoom.make(application)
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(application, stop))
    worker.start()
    stop.set()
    worker.join(timeout=5)

    assert not worker.is_alive()
