"""Fixtures of the web's tests: real web processes on ports of their own, and people who come to them by socket."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from socket_person import Person
from web_installation import Installation, Meeting

pytest_plugins = ["palabre.testing.servers"]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A prepared installation with one web process and no media worker, for the tests of a file."""
    with Installation(tmp_path_factory.mktemp("installation")) as made:
        made.start_web()
        yield made


@pytest.fixture
def own_installation(tmp_path: Path) -> Iterator[Installation]:
    """A prepared installation for one test, which starts what it needs and may break it."""
    with Installation(tmp_path / "own") as made:
        yield made


@pytest.fixture
def meeting(installation: Installation) -> Meeting:
    """A meeting of one test's own."""
    return installation.meeting()


@pytest.fixture
def come() -> Iterator[Callable[..., Person]]:
    """People: ``come(meeting, "Léa", role="presenter")`` connects and enters. All go at the end."""
    people: list[Person] = []

    def start(
        meeting: Meeting, name: str = "Sam", *, role: str = "guest", enter: bool = True, **how: object
    ) -> Person:
        person = Person(
            how.pop("url", None) or meeting.installation.url, how.pop("link", None) or meeting.link(role)
        )  # type: ignore[arg-type]
        people.append(person)
        person.connect(**how)  # type: ignore[arg-type]
        if enter:
            person.enter(name)
        return person

    yield start
    for person in people:
        person.go()
