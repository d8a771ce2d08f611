"""How long the lists of an organiser take, without the web: ``python benchmarks/site/lists.py``.

It fills an installation and asks for each view, the first page, one in the middle and the last, with and without a
search. Target: 10,000 meetings, 95 of 100 answers within 150 ms together with the page around them; four queries each.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import click
from data import gather_statistics, make_meetings, make_organiser
from sqlalchemy import event

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.meetings import meetings_of
from palabre.meetings.lists import View
from palabre.migrations import upgrade
from palabre.model import Account
from palabre.tenants import TenantContext, tenant_scope
from palabre.testing.room import make_tenant

SEARCHES = ("", "reunion", "été 4", "guest1.77@example.org", "zoe bjorn", "nowhere to be found")
ROUNDS = 10


@click.command()
@click.option("--meetings", default=10_000, show_default=True, help="Meetings of the organiser.")
@click.option("--postgresql", default=None, help="Address of an empty database; SQLite without it.")
def main(meetings: int, postgresql: str | None) -> None:
    """Measure the lists of meetings."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database=DatabaseSection(url=postgresql))
        application = create_application(settings, plugins=make_host())
        upgrade(application.db, application.plugins)
        tenant = make_tenant(application)
        organiser = make_organiser(application, tenant)
        began = time.perf_counter()
        make_meetings(application, tenant, organiser, count=meetings)
        click.echo(f"{meetings} meetings with five guests each, made in {time.perf_counter() - began:.0f} s")
        gather_statistics(application)
        measure(application, tenant, organiser)
        application.db.close()


def measure(application: Application, tenant: TenantContext, organiser: Account) -> None:
    """Print how long each list takes, in milliseconds."""
    statements: list[str] = []
    event.listen(application.db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    every: list[float] = []
    click.echo(f"{'view':8} {'search':24} {'page':>5} {'found':>6} {'median':>8} {'p95':>8} {'queries':>8}")
    views: tuple[View, ...] = ("to_come", "live", "past")
    for view in views:
        for search in SEARCHES:
            pages = _ask(application, tenant, organiser, view, search, 1)[1]
            for page in sorted({1, -(-pages // 2), pages}):
                took = []
                for _ in range(ROUNDS):
                    statements.clear()
                    took_ms, _pages, total = _ask(application, tenant, organiser, view, search, page)
                    took.append(took_ms)
                asked = sum(one.startswith("SELECT") for one in statements)
                every += took
                times = f"{statistics.median(took):8.1f} {_p95(took):8.1f}"
                click.echo(f"{view:8} {search:24} {page:5} {total:6} {times} {asked:8}")
    click.echo(f"all together: median {statistics.median(every):.1f} ms, p95 {_p95(every):.1f} ms")


def _ask(
    application: Application, tenant: TenantContext, organiser: Account, view: View, search: str, page: int
) -> tuple[float, int, int]:
    began = time.perf_counter()
    with tenant_scope(tenant), application.db.reading() as session:
        found = meetings_of(session, organiser_id=organiser.id, view=view, search=search, page=page)
    return (time.perf_counter() - began) * 1000, found.pages, found.total


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
