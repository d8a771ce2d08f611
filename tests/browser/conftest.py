"""Fixtures of the browser tests: one installation for the session, people who join it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from person import Person, launch
from server import Server

Launch = Callable[..., Person]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, driving Debian's Chromium."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation that all tests of the session share; each test uses a meeting of its own."""
    running = Server(tmp_path_factory.mktemp("installation"))
    yield running
    running.stop()


@pytest.fixture
def meeting(server: Server) -> str:
    """Public id of a meeting that nobody has entered yet."""
    return server.plan()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """An installation for one test, which may break it."""
    folder = tmp_path / "installation"
    folder.mkdir()
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture
def person(playwright: Playwright, tmp_path: Path) -> Iterator[Launch]:
    """Start people's browsers; all are closed at the end."""
    people: list[Person] = []

    def start(name: str, **options: Any) -> Person:
        people.append(launch(playwright, name, tmp_path, **options))
        return people[-1]

    yield start
    for one in people:
        one.browser.close()
