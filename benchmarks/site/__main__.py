"""Every page of an organiser who has a lot: how long it takes, and how many queries.

Run it with ``python benchmarks/site``. It makes an organiser with 100 meetings and 500 contacts, asks for each page,
then makes them 10,000 and 50,000 and asks again, through the web application in this process. Targets: 95 of 100
answers within 150 ms, and as many queries as before. ``lists.py`` beside it measures the lists without their pages.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from data import gather_statistics, make_contacts, make_meetings
from flask.testing import FlaskClient
from sqlalchemy import event, select

from palabre import first_run
from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, LogSection, Settings
from palabre.logging import configure_logging
from palabre.migrations import upgrade
from palabre.model import Account, Invitee, Meeting, MeetingState, Tenant
from palabre.plugins.features import tenant_context
from palabre.plugins.loading import installed_specs
from palabre.tenants import TenantContext
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import client_of, make_account

FEW, FEW_CONTACTS = 100, 500
TARGET_MS = 150


@dataclass(frozen=True)
class Answers:
    """How one page answered.

    :param busy_ms: time of the processor that this process took for each, which says more on a busy machine.
    :param queries: of the round that needed fewest; now and then one also notes that the organiser was there.
    """

    path: str
    status: int
    took_ms: tuple[float, ...]
    busy_ms: tuple[float, ...]
    queries: int
    size_kb: float

    @property
    def p95_ms(self) -> float:
        """95 of 100 answers came within this time."""
        return statistics.quantiles(self.took_ms, n=20)[-1]


@click.command()
@click.option("--meetings", default=10_000, show_default=True, help="Meetings of the organiser.")
@click.option("--contacts", default=50_000, show_default=True, help="People in the address book.")
@click.option("--rounds", default=40, show_default=True, help="How often each page is asked for.")
@click.option("--postgresql", default=None, help="Address of an empty database; SQLite without it.")
def main(meetings: int, contacts: int, rounds: int, postgresql: str | None) -> None:
    """Measure the organiser's pages."""
    configure_logging(LogSection(level="error"), service="benchmark")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database=DatabaseSection(url=postgresql))
        application = create_application(settings, plugins=make_host(specs=installed_specs()))
        upgrade(application.db, application.plugins)
        first_run.prepare(application)
        organiser = make_account(application)
        web = create_web(application)
        web.warm_up()
        gc.collect()
        gc.freeze()  # as the service does
        client = client_of(web, organiser)
        _make(application, organiser, (0, FEW), (0, FEW_CONTACTS))
        few = {one.path: one.queries for one in _ask_all(application, client, 2)}
        _make(application, organiser, (FEW, meetings), (FEW_CONTACTS, contacts))
        measured = list(_ask_all(application, client, rounds))
        click.echo(f"{application.db.url.get_backend_name()}: {meetings} meetings, {contacts} contacts")
        for one in measured:
            _say(one, few.get(one.path))
        everything = [took for one in measured for took in one.took_ms]
        click.echo(
            f"all together: median {statistics.median(everything):.0f} ms, "
            f"95 of 100 within {statistics.quantiles(everything, n=20)[-1]:.0f} ms (target: {TARGET_MS} for each page)"
        )
        application.db.close()


def _make(
    application: Application, organiser: Account, meetings: tuple[int, int], contacts: tuple[int, int]
) -> None:
    """Make meetings and contacts from so many to so many."""
    tenant = _tenant(application)
    for make, (there, wanted) in ((make_meetings, meetings), (make_contacts, contacts)):
        make(application, tenant, organiser, count=wanted - there, after=there)
    gather_statistics(application)


def _ask_all(application: Application, client: FlaskClient, rounds: int) -> Iterator[Answers]:
    with application.db.reading() as session:
        newest = {
            state: session.scalar(
                select(Meeting.public_id)
                .where(Meeting.state == state, Meeting.organiser_id.is_not(None))
                .order_by(Meeting.id)
                .limit(1)
            )
            for state in MeetingState
        }
        guest = session.scalar(select(Invitee.email).order_by(Invitee.id).limit(1))
    planned, live, past = (
        newest[state] for state in (MeetingState.PLANNED, MeetingState.LIVE, MeetingState.ENDED)
    )
    for path in (
        "/meetings",
        "/meetings?page=2",
        "/meetings?view=live",
        "/meetings?view=past",
        "/meetings?q=reunion",
        "/meetings?view=past&q=zoe+bjorn",
        f"/meetings?q={guest}",
        "/meetings/plan",
        f"/meetings/{planned}",
        f"/meetings/{planned}/edit",
        f"/meetings/{live}",
        f"/meetings/{live}/now",
        f"/meetings/{past}/attendance",
        "/contacts",
        "/contacts?page=2",
        "/contacts?q=bjorn",
        "/contacts/offer?q=zoe",
        "/account",
        "/help",
    ):
        yield _ask(application, client, path, rounds)


def _ask(application: Application, client: FlaskClient, path: str, rounds: int) -> Answers:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    took, busy, queries = [], [], []
    client.get(path)  # templates are compiled the first time
    event.listen(application.db.engine, "before_cursor_execute", note)
    for _ in range(rounds):
        statements.clear()
        began, idle = time.perf_counter(), time.process_time()
        answer = client.get(path)
        content = answer.get_data()
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - idle) * 1000)
        queries.append(
            sum(one.startswith(("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")) for one in statements)
        )
    event.remove(application.db.engine, "before_cursor_execute", note)
    return Answers(path, answer.status_code, tuple(took), tuple(busy), min(queries), len(content) / 1024)


def _say(one: Answers, few: int | None) -> None:
    wrong = []
    if one.status != 200:
        wrong.append(f"status {one.status}")
    if one.p95_ms > TARGET_MS:
        wrong.append("too slow")
    if few is not None and few != one.queries:
        wrong.append(f"{few} queries when there was little")
    click.echo(
        f"{one.path:45} median {statistics.median(one.took_ms):6.1f} ms   p95 {one.p95_ms:6.1f} ms   "
        f"processor {statistics.median(one.busy_ms):6.1f} ms   "
        f"{one.queries:3} queries   {one.size_kb:6.0f} kB   {', '.join(wrong)}"
    )


def _tenant(application: Application) -> TenantContext:
    with application.db.reading() as session:
        return tenant_context(session, application.plugins, session.scalars(select(Tenant)).one())


if __name__ == "__main__":
    main()
