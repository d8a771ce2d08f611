"""How quick the ledger is: debits, a balance of many entries, many meetings that change their hour at once.

    .venv/bin/python benchmarks/ledger [--database URL] [--workers 4] [--entries 1000000] [--meetings 5000]

SQLite in a temporary folder without ``--database``; the database has to be empty. A PostgreSQL server commits as safely
as it is set to. What is to be reached: 200 debits a second on SQLite and 1,000 on PostgreSQL with
four workers, 5 ms for a balance, 5,000 meetings charged in a minute by one worker. Afterwards every invariant is
proved.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, update

import palabre_billing.plugin
from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.migrations import upgrade
from palabre.model import Account, Participant, RoomClass, TenantFeature
from palabre.plugins.loading import installed_specs
from palabre.tenants import TenantContext, tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, make_tenant
from palabre.worker.duties import do_due
from palabre_billing.debits.verifying import verify_debits
from palabre_billing.ledger import (
    GIFTS,
    USED,
    Entry,
    Posting,
    Transaction,
    balance,
    customer_account,
    post,
    system_account,
    system_account_id,
    verify_ledger,
)

PEOPLE = 50
SECONDS = 5.0


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", help="SQLAlchemy address of an empty database")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--meetings", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/palabre.sqlite3"
        clock = TestClock(datetime.now(UTC))
        application = process(folder, url, clock)
        upgrade(application.db, application.plugins)
        tenant = make_tenant(application).with_features(frozenset({"billing"}))
        with application.db.transaction() as session:
            session.add(TenantFeature(tenant_id=tenant.id, feature="billing", enabled=True))
        accounts = people(application, tenant)
        application.db.close()  # nothing open is inherited
        rate = debits(folder, url, tenant, accounts, options.workers)
        print(f"{rate:>10,.0f}  debits a second, {options.workers} workers")
        taken_ms = long_account(application, tenant, accounts[0], options.entries)
        print(f"{taken_ms:>10.2f}  ms for a balance of {options.entries:,} entries")
        taken_s = change_of_hour(application, tenant, clock, options.meetings)
        print(f"{taken_s:>10.1f}  s for {options.meetings:,} meetings that change their hour, one worker")
        prove(application)
        application.db.close()


def process(folder: str, url: str, clock: TestClock) -> Application:
    """One process of the installation."""
    host = make_host(specs=installed_specs())
    host.register(palabre_billing.plugin)
    return create_application(
        Settings(data_dir=Path(folder), database=DatabaseSection(url=url)), plugins=host, clock=clock
    )


def people(application: Application, tenant: TenantContext) -> list[int]:
    """Customers with enough credits, by the ids of their accounts in the ledger."""
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        owners = [Account(email=f"p{n}@example.org", name="P", created_at=now) for n in range(PEOPLE)]
        session.add_all(owners)
        session.flush()
        gifts = system_account(session, GIFTS, tenant_id=tenant.id, now=now).id
        system_account(session, USED, tenant_id=tenant.id, now=now)
        ids = [customer_account(session, owner, now=now).id for owner in owners]
        for one in ids:
            entries = {one: 1_000_000, gifts: -1_000_000}
            gift = Posting(
                tenant_id=tenant.id,
                key=f"gift:{one}",
                kind="gift",
                entries=entries,
                at=now,
                reason="a",
                author="a",
            )
            post(session, gift)
    return ids


def debits(folder: str, url: str, tenant: TenantContext, accounts: list[int], workers: int) -> float:
    """Debits a second: each locks, looks at the balance, posts and commits."""
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        made = pool.starmap(work, [(folder, url, tenant, accounts, number) for number in range(workers)])
    return sum(made)


def work(folder: str, url: str, tenant: TenantContext, accounts: list[int], number: int) -> float:
    """What one worker does: debits a second."""
    application = process(folder, url, TestClock())
    now, count, begun = application.clock.now(), 0, time.monotonic()
    while time.monotonic() - begun < SECONDS:
        theirs = accounts[(count + number * 7) % len(accounts)]
        with tenant_scope(tenant), application.db.transaction() as session:
            used = system_account_id(session, USED, tenant_id=tenant.id, now=now)
            key = f"bench:{number}:{count}"
            one = Posting(
                tenant_id=tenant.id,
                key=key,
                kind="bench",
                entries={theirs: -1, used: 1},
                at=now,
                reason="a",
                author="a",
            )
            post(session, one, not_below={theirs: 0})
        count += 1
    return count / (time.monotonic() - begun)


def long_account(application: Application, tenant: TenantContext, account: int, entries: int) -> float:
    """Median milliseconds for a balance; the entries are written past the service, the last hundred by it."""
    now, size = application.clock.now(), 10_000
    with tenant_scope(tenant), application.db.transaction() as session:
        used = system_account(session, USED, tenant_id=tenant.id, now=now).id
        for start in range(0, entries, size):
            rows = [
                {
                    "tenant_id": tenant.id,
                    "key": f"old:{number}",
                    "kind": "bench",
                    "at": now,
                    "reason": "a",
                    "author": "a",
                    "meeting_name": "",
                    "details": {},
                }
                for number in range(start, min(entries, start + size))
            ]
            ids = list(session.scalars(insert(Transaction).returning(Transaction.id), rows))
            for who, amount in ((account, 1), (used, -1)):
                moved = [
                    {"tenant_id": tenant.id, "transaction_id": one, "account_id": who, "credits": amount}
                    for one in ids
                ]
                session.execute(insert(Entry), moved)
    for number in range(101):
        with tenant_scope(tenant), application.db.transaction() as session:
            one = Posting(
                tenant_id=tenant.id,
                key=f"late:{number}",
                kind="bench",
                entries={account: -1, used: 1},
                at=now,
                reason="a",
                author="a",
            )
            post(session, one)
    taken = []
    for _time in range(100):
        with tenant_scope(tenant), application.db.reading() as session:
            begun = time.perf_counter()
            balance(session, account)
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def change_of_hour(application: Application, tenant: TenantContext, clock: TestClock, meetings: int) -> float:
    """Seconds until every meeting is charged for the hour that begins in the same minute."""
    with tenant_scope(tenant), application.db.reading() as session:
        organiser = session.query(Account).first()
        assert organiser is not None
    for _number in range(meetings):
        room = HeadlessRoom.make(
            application, tenant=tenant, organiser_id=organiser.id, room_class=RoomClass.S
        )
        room.person("Léa", role="presenter")
    clock.advance(minutes=59, seconds=59)
    do_due(application)  # the warnings
    clock.advance(seconds=1)
    with application.db.transaction() as session:
        session.execute(update(Participant).values(lease_until=clock.now()))
    begun = time.monotonic()
    do_due(application)
    return time.monotonic() - begun


def prove(application: Application) -> None:
    """Every invariant, after all that."""
    with application.db.reading() as session:
        checks = [*verify_ledger(session), *verify_debits(session)]
    faults = [fault for check in checks for fault in check.faults]
    assert faults == [], faults
    print(
        f"{len(checks):>10}  kinds of invariants hold, {sum(check.checked for check in checks):,} things checked"
    )


if __name__ == "__main__":
    main()
