"""One room served by several processes at once, on SQLite and on PostgreSQL: no gap, nothing double, nothing lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from palabre.errors import Refused
from palabre.model import Microphones
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/palabre.sqlite3"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


def _at_once(*tasks) -> None:
    failures: list[BaseException] = []

    def guarded(task) -> None:
        try:
            task()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_acts_of_two_processes_make_one_journal(room: HeadlessRoom, make_application, lea) -> None:
    elsewhere = room.served_by(make_application())
    people = [room.person("Sam"), elsewhere.person("Ana"), room.person("Kim"), elsewhere.person("Max")]

    def chatter(person):
        def run() -> None:
            for number in range(20):
                person.act("chat_send", unlimited=True, text=f"{person.name} {number}", to="all")

        return run

    _at_once(*(chatter(person) for person in people))

    events = room.journal()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    said = [event.data["text"] for event in events if event.kind == "chat_sent"]
    assert Counter(said) == Counter(f"{person.name} {number}" for person in people for number in range(20))
    for person in people:
        own = [text for text in said if text.startswith(person.name)]
        assert own == [f"{person.name} {number}" for number in range(20)]
        assert person.state()["slices"] == lea.state()["slices"]


def test_the_same_act_sent_to_two_processes_is_one_act(room: HeadlessRoom, make_application, lea) -> None:
    sam = room.person("Sam")
    twin = room.served_by(make_application()).person("Twin")
    twin.id = sam.id
    results = []

    def send(person):
        return lambda: results.append(person.act("chat_send", "one-id", text="Once", to="all"))

    _at_once(send(sam), send(twin), send(sam), send(twin))

    assert len(lea.heard("chat_sent")) == 1
    assert sorted(result.replayed for result in results) == [False, True, True, True]
    assert len({result.seq for result in results}) == 1


def test_people_who_enter_at_once_open_the_room_once(room: HeadlessRoom, make_application) -> None:
    elsewhere = room.served_by(make_application())
    links = [room.link() for _ in range(6)]

    def enter(place, number):
        return lambda: place.person(f"Person {number}", link=links[number])

    _at_once(*(enter((room, elsewhere)[number % 2], number) for number in range(6)))

    kinds = Counter(event.kind for event in room.journal())
    assert kinds == {"opened": 1, "joined": 6}


def test_sweeps_at_once_make_each_leave_once(
    room: HeadlessRoom, make_application, clock: TestClock, lea
) -> None:
    places = [room, room.served_by(make_application())]
    for number in range(4):
        places[number % 2].person(f"Person {number}").drop()
    clock.advance(seconds=4)
    room.renew(lea)
    _at_once(*(place.sweep for place in places * 2))

    assert Counter(event.kind for event in room.journal())["left"] == 4


def test_the_rules_hold(application, clock: TestClock) -> None:
    room = HeadlessRoom.make(application, microphones=Microphones.FLOOR, wait_for_presenter=True)
    sam = room.person("Sam")
    assert sam.waiting_for == "presenter"
    lea = room.person("Léa", "presenter")
    assert room.admissible() == [sam.id]
    sam.come_back()
    sam.act("raise_hand")
    with pytest.raises(Refused):
        sam.publish("microphone")
    lea.act("give_floor", participant=sam.id, may_show=False)
    sam.publish("microphone")
    lea.act("take_floor", participant=sam.id)
    sam.act("chat_send", text="Merci — 謝謝", to="presenters")
    sam.drop()
    clock.advance(seconds=4)
    assert room.renew(lea) == {lea.connection}
    room.sweep()

    assert lea.heard("left") == [{"participant": sam.id, "reason": "lost"}]
    assert lea.state()["slices"]["chat"]["messages"][0]["text"] == "Merci — 謝謝"
    lea.act("end_for_all")


_CHILD = """
import sys
from palabre.application import create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.tenants.scope import TenantContext
from palabre.testing.room import HeadlessRoom

data_dir, url, tenant, meeting = sys.argv[1:]
settings = Settings(data_dir=data_dir, database=DatabaseSection(url=url))
application = create_application(settings, plugins=make_host())
room = HeadlessRoom(application, TenantContext(int(tenant), "default", "Default", frozenset()), int(meeting))
sam = room.person("Sam")
for number in range(100_000):
    sam.act("chat_send", unlimited=True, text=f"{number}", to="all")
    print(number, flush=True)
"""


def test_a_killed_process_loses_nothing_it_acknowledged(room: HeadlessRoom, lea, tmp_path: Path) -> None:
    url = room.application.db.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path), url, str(room.tenant.id), str(room.meeting_id)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    acknowledged = [child.stdout.readline().strip() for _ in range(25)]
    child.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in child.stdout]
    child.wait()

    lea.act("chat_send", text="after", to="all")
    events = room.journal()
    said = [event.data["text"] for event in events if event.kind == "chat_sent"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert set(acknowledged) <= set(said)
    assert said[-1] == "after"
    assert lea.state()["slices"]["chat"]["messages"][-1]["text"] == "after"
