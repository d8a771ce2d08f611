from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, VirtualParticipant

MakeApplication = Callable[..., Application]


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/palabre.sqlite3"


@pytest.fixture
def make_application(tmp_path: Path, clock: TestClock, database_url: str) -> Iterator[MakeApplication]:
    """Builds the application of one process; several of them share the database."""
    made = []

    def make(plugins: dict[str, object] | None = None) -> Application:
        host = make_host()
        for plugin in (plugins or {}).values():
            host.register(plugin)
        settings = Settings(data_dir=tmp_path, database=DatabaseSection(url=database_url))
        application = create_application(settings, plugins=host, clock=clock)
        made.append(application)
        return application

    yield make
    for application in made:
        application.db.close()


@pytest.fixture
def application(make_application: MakeApplication) -> Application:
    return make_application()


@pytest.fixture
def room(application: Application) -> HeadlessRoom:
    return HeadlessRoom.make(application)


@pytest.fixture
def lea(room: HeadlessRoom) -> VirtualParticipant:
    """A presenter."""
    return room.person("Léa", role="presenter")


@pytest.fixture
def sam(room: HeadlessRoom, lea: VirtualParticipant) -> VirtualParticipant:
    """A guest, who came after Léa."""
    return room.person("Sam")


@pytest.fixture
def ana(room: HeadlessRoom, sam: VirtualParticipant) -> VirtualParticipant:
    """Another guest, who came last."""
    return room.person("Ana")
