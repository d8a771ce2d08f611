"""A full room without sockets: 80 virtual participants, 25 acts a second, through the same services as browsers.

    .venv/bin/python benchmarks/room/headless.py [--seconds 20] [--database URL]

Prints how long an act takes from the call to the commit (what a browser waits for, less the network), how long a
person takes to enter the full room and to catch up after a break, and whether everybody saw every event once and
in order. Then the same without pauses: how many acts a second one process can do.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from palabre.application import create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.model import Microphones, RoomClass
from palabre.rooms import JournalFollower
from palabre.testing.room import HeadlessRoom, VirtualParticipant

PEOPLE = 80
ACTS_PER_S = 25


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument(
        "--database", help="SQLAlchemy address of an empty database; SQLite in a temporary folder without it"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/palabre.sqlite3"
        application = create_application(
            Settings(data_dir=Path(folder), database=DatabaseSection(url=url)), plugins=make_host()
        )
        room = HeadlessRoom.make(application, room_class=RoomClass.XL, microphones=Microphones.FLOOR)
        measure(room, options.seconds)
        application.db.close()


def measure(room: HeadlessRoom, seconds: float) -> None:
    """Fill the room, act at the given rate, then as fast as possible."""
    entering = [timed(lambda number=number: room.person(f"Person {number}", "presenter" if number < 3 else "guest"))
                for number in range(PEOPLE)]  # fmt: skip
    follower = JournalFollower(room.application.db)
    follower.start(room.meeting_id, len(room.journal()))
    followed: list[int] = []

    paced = []
    period_s = 1 / ACTS_PER_S
    started = time.perf_counter()
    for number in range(int(seconds * ACTS_PER_S)):
        time.sleep(max(0.0, started + number * period_s - time.perf_counter()))
        paced.append(timed(lambda: act(room)))
        followed += [event.seq for events in follower.poll().values() for event in events]
    catching_up = [timed(lambda one=one: one.since(len(room.journal()) - 100)) for one in room.people]

    unpaced_started, processor_started = time.perf_counter(), time.process_time()
    unpaced = [timed(lambda: act(room)) for _ in range(500)]
    unpaced_s, processor_s = time.perf_counter() - unpaced_started, time.process_time() - processor_started
    followed += [event.seq for events in follower.poll().values() for event in events]

    journal = [event.seq for event in room.journal()]
    print(
        f"{room.application.db.url.get_backend_name()}, {PEOPLE} people, {ACTS_PER_S} acts a second for {seconds:g} s"
    )
    row("an act, call to commit", paced)
    row("entering the room", entering)
    row("catching up 100 events", catching_up)
    row("an act, without pauses", unpaced)
    print(f"{'acts a second, one thread':<28}{len(unpaced) / unpaced_s:>9.0f}")
    print(f"{'processor time of an act':<28}{processor_s / len(unpaced) * 1000:>9.2f} ms")
    print(f"{'events in the journal':<28}{len(journal):>9}")
    print(f"{'numbered without gaps':<28}{'yes' if journal == list(range(1, len(journal) + 1)) else 'NO':>9}")
    print(f"{'followed once, in order':<28}{'yes' if followed == journal[-len(followed) :] else 'NO':>9}")
    print(
        f"{'memory of the process':<28}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>6.0f} MB"
    )


def act(room: HeadlessRoom) -> None:
    """Somebody does what people do in meetings."""
    person = random.choice(room.people)
    choice = random.random()
    if choice < 0.4:
        person.act(
            "chat_send", unlimited=True, text="A sentence as people write them in a meeting.", to="all"
        )
    elif choice < 0.7:
        person.act("react", unlimited=True, reaction="clap")
    elif choice < 0.9:
        person.act("raise_hand", unlimited=True)
    else:
        presenter = room.people[0]
        presenter.act("give_floor", unlimited=True, participant=random.choice(room.people[3:]).id)


def timed(task: Callable[[], VirtualParticipant | object]) -> float:
    """Milliseconds that a task takes."""
    started = time.perf_counter()
    task()
    return (time.perf_counter() - started) * 1000


def row(label: str, milliseconds: list[float]) -> None:
    """Print the percentiles of one measurement."""
    ordered = sorted(milliseconds)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    print(
        f"{label:<28}p50 {statistics.median(ordered):7.2f} ms   p99 {p99:7.2f} ms   worst {ordered[-1]:7.2f} ms"
    )


if __name__ == "__main__":
    main()
