"""The smallest room with screen sharing: a presenter, and a guest who came after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import palabre_screen_share.plugin
import palabre_webui.hookspecs
from palabre.application import create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, VirtualParticipant


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def room(tmp_path: Path, clock: TestClock) -> Iterator[HeadlessRoom]:
    host = make_host(specs=[palabre_webui.hookspecs])
    host.register(palabre_screen_share.plugin)
    settings = Settings(
        data_dir=tmp_path, database=DatabaseSection(url=f"sqlite:///{tmp_path}/palabre.sqlite3")
    )
    application = create_application(settings, plugins=host, clock=clock)
    yield HeadlessRoom.make(application)
    application.db.close()


@pytest.fixture
def lea(room: HeadlessRoom) -> VirtualParticipant:
    """A presenter."""
    return room.person("Léa", role="presenter")


@pytest.fixture
def noor(room: HeadlessRoom, lea: VirtualParticipant) -> VirtualParticipant:
    """Another presenter."""
    return room.person("Noor", role="presenter")


@pytest.fixture
def sam(room: HeadlessRoom, lea: VirtualParticipant) -> VirtualParticipant:
    """A guest."""
    return room.person("Sam")
