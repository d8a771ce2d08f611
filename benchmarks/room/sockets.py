"""A full room through real sockets: 80 participants, 25 acts a second, one web process or several.

    .venv/bin/python benchmarks/room/sockets.py [--seconds 30] [--database URL] [--redis URL] [--processes 2]

Prints how long an act takes until its acknowledgement and until it has reached everybody, whether everybody got every
event once and in order, and what the web processes cost. Prepares an installation of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from thin_client import ThinClient

from palabre import first_run
from palabre.application import create_application
from palabre.config import Settings
from palabre.invitations import make_link, token_of
from palabre.migrations import upgrade
from palabre.model import LinkKind, Meeting, Microphones, Role, RoomClass, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import tenant_scope

PEOPLE = 80
ACTS_PER_S = 25
HOST = "127.0.0.1"


@dataclass
class Measured:
    """What came out."""

    acks_ms: list[float] = field(default_factory=list)
    everywhere_ms: list[float] = field(default_factory=list)
    refused: int = 0
    entering_ms: list[float] = field(default_factory=list)
    deliveries: int = 0
    in_order: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Costs:
    """What each web process took: processor and waiting for it in seconds, memory in bytes, worst stall in seconds."""

    cpu_s: list[float]
    queued_s: list[float]
    rss: list[int]
    stall_s: list[float]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--acts", type=float, default=ACTS_PER_S, help="acts a second")
    parser.add_argument("--database", help="SQLAlchemy address of an empty database; SQLite without it")
    parser.add_argument("--redis", help="redis://…, for several processes")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mode", choices=("eventlet", "threading"), default="eventlet")
    parser.add_argument("--port", type=int, default=8790)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        links = prepare(Path(folder), options)
        webs = [start(Path(folder), options, number) for number in range(options.processes)]
        try:
            for number in range(options.processes):
                wait_until_alive(options.port + number)
            before = [psutil.Process(web.pid).cpu_times() for web in webs]
            queued = [queued_s(web.pid) for web in webs]
            measured = asyncio.run(measure(options, links))
            after = [psutil.Process(web.pid) for web in webs]
            cpu = [sum(now.cpu_times()[:2]) - sum(then[:2]) for now, then in zip(after, before, strict=True)]
            rss = [process.memory_info().rss for process in after]
            stalls = [
                metric(options.port + number, "palabre_loop_stall_seconds") for number in range(len(webs))
            ]
            queued = [queued_s(web.pid) - then for web, then in zip(webs, queued, strict=True)]
            report(options, measured, Costs(cpu, queued, rss, stalls))
        finally:
            for web in webs:
                web.terminate()
                web.wait(10)


def prepare(folder: Path, options: argparse.Namespace) -> list[str]:
    """Tables, a meeting, and a link for each participant."""
    given: dict[str, Any] = {"data_dir": folder}
    if options.database:
        given["database"] = {"url": options.database}
    application = create_application(Settings(**given))
    upgrade(application.db, application.plugins)
    first_run.prepare(application)
    now = application.clock.now()
    with application.db.reading() as session:
        context = tenant_context(session, application.plugins, session.query(Tenant).one())
    with tenant_scope(context), application.db.transaction() as session:
        meeting = Meeting(
            name="Full room", room_class=RoomClass.XL, microphones=Microphones.FLOOR, created_at=now
        )
        session.add(meeting)
        session.flush()
        links = [
            token_of(
                application.secret,
                make_link(
                    session,
                    meeting=meeting,
                    kind=LinkKind.PERSONAL,
                    role=Role.PRESENTER if number < 3 else Role.GUEST,
                    now=now,
                ),
            )
            for number in range(options.people)
        ]
    application.db.close()
    return links


def start(folder: Path, options: argparse.Namespace, number: int) -> subprocess.Popen[bytes]:
    """One web process."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")},
        "PALABRE_DATA_DIR": str(folder),
        "PALABRE_WEB__PORT": str(options.port),
        "PALABRE_LOG__LEVEL": "warning",
        **({"PALABRE_DATABASE__URL": options.database} if options.database else {}),
        **({"PALABRE_WEB__REDIS_URL": options.redis} if options.redis else {}),
    }
    command = [sys.executable, "-m", "palabre_webui", "--async-mode", options.mode, "--number", str(number)]
    return subprocess.Popen(command, env=environment, cwd=folder)


def wait_until_alive(port: int) -> None:
    """Until the process answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the web process did not start"
            time.sleep(0.1)


def metric(port: int, name: str) -> float:
    """A metric of one process."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as answer:
        found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def queued_s(pid: int) -> float:
    """How long a process was ready to run and others had the processors (Linux's schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


async def measure(options: argparse.Namespace, links: list[str]) -> Measured:
    """Fill the room, then act at the given rate."""
    measured = Measured()
    people = []
    for number, link in enumerate(links):
        person = ThinClient(HOST, options.port + number % options.processes, link)
        began = time.monotonic()
        await person.enter(f"Person {number}")
        measured.entering_ms.append((time.monotonic() - began) * 1000)
        people.append(person)
    await asyncio.sleep(1)
    acts = []
    began = time.monotonic()
    for number in range(int(options.seconds * options.acts)):
        await asyncio.sleep(max(0.0, began + number / options.acts - time.monotonic()))
        acts.append(asyncio.create_task(act(random.choice(people), measured)))
    done = [result for result in await asyncio.gather(*acts) if result is not None]
    measured.seconds = time.monotonic() - began
    last = (await people[0].ask("since", {"seq": -1}))["seq"]
    await until_all_have(people, last)
    measured.deliveries = sum(len(person.numbers) for person in people)
    measured.in_order = sum(person.in_order(last) and person.broken is None for person in people)
    arrived = {}
    for person in people:
        for number, at in zip(person.numbers, person.arrivals, strict=True):
            arrived[number] = max(at, arrived.get(number, 0.0))
    measured.everywhere_ms = [(arrived[seq] - sent) * 1000 for sent, seq in done if seq in arrived]
    for person in people:
        await person.go()
    return measured


async def act(person: ThinClient, measured: Measured) -> tuple[float, int] | None:
    """One act; when it was sent and its number."""
    name, data = random.choice(
        [
            ("chat_send", {"text": "We should look at the second page again."}),
            ("chat_send", {"text": "Yes."}),
            ("react", {"reaction": "clap"}),
            ("raise_hand", {}),
            ("lower_hand", {}),
        ]
    )
    sent = time.monotonic()
    answer = await person.ask("act", {"id": uuid.uuid4().hex, "act": name, "data": data})
    if not answer["ok"]:
        measured.refused += 1
        return None
    measured.acks_ms.append((time.monotonic() - sent) * 1000)
    return sent, answer["seq"]


async def until_all_have(people: list[ThinClient], last: int) -> None:
    """Until the last event has come to everybody, or five seconds have gone."""
    for _ in range(100):
        if all(person.numbers and person.numbers[-1] >= last for person in people):
            return
        await asyncio.sleep(0.05)


def report(options: argparse.Namespace, measured: Measured, costs: Costs) -> None:
    """Print the table."""
    database = "PostgreSQL" if options.database else "SQLite"
    bell = " and Redis" if options.redis else ""
    count = f"{options.processes} web process{'es' if options.processes > 1 else ''}"
    print(
        f"{database}{bell}, {count} ({options.mode}), {options.people} people, {options.acts:g} acts a second "
        f"for {options.seconds:g} s, load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':<34}{'p50':>9}{'p99':>9}{'worst':>9}")
    row("act to acknowledgement, ms", measured.acks_ms)
    row("act to the last of everybody, ms", measured.everywhere_ms)
    row("connecting and entering, ms", measured.entering_ms)
    line("acts acknowledged / refused", f"{len(measured.acks_ms)} / {measured.refused}")
    line("deliveries a second", f"{measured.deliveries / measured.seconds:.0f}")
    line("people with all events in order", f"{measured.in_order} of {options.people}")
    line("memory of a web process, MB", ", ".join(f"{one / 1e6:.0f}" for one in costs.rss))
    line("worst stall of the loop, ms", ", ".join(f"{one * 1000:.0f}" for one in costs.stall_s))
    line("CPU of a core, %", ", ".join(f"{100 * one / measured.seconds:.0f}" for one in costs.cpu_s))
    line(
        "kept waiting by others, %",
        ", ".join(f"{100 * one / measured.seconds:.0f}" for one in costs.queued_s),
    )


def row(name: str, values: list[float]) -> None:
    """Median, 99th percentile, worst."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"{name:<34}{statistics.median(ordered):>9.1f}{p99:>9.1f}{ordered[-1]:>9.1f}")


def line(name: str, value: str) -> None:
    """One value."""
    print(f"{name:<34}{value:>27}")


if __name__ == "__main__":
    main()
