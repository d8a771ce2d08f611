"""Proving the ledger's invariants, by asking the database and believing nothing that is kept beside the entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from palabre_billing.ledger.models import Entry, LedgerAccount, Snapshot, Transaction

#: Tables in which the database refuses to change or delete anything.
APPEND_ONLY = (
    "billing_entry",
    "billing_hour",
    "billing_invoice",
    "billing_invoice_file",
    "billing_payment",
    "billing_price",
    "billing_price_list",
    "billing_transaction",
    "billing_use",
)

#: Kinds of transactions that somebody answers for.
_BY_SOMEBODY = ("gift", "taken", "reversal")


@dataclass(frozen=True)
class Check:
    """One invariant, and how it stands.

    :param name: what has to be true.
    :param checked: how many things were looked at.
    :param faults: a line for each thing that is otherwise; empty when all is well.
    """

    name: str
    checked: int
    faults: tuple[str, ...] = ()


def verify_ledger(session: Session) -> Iterator[Check]:
    """Check every tenant's ledger. Call it at installation level."""
    yield check(
        session,
        "the entries of each transaction sum to zero",
        _count(Transaction),
        select(Transaction.key, func.coalesce(func.sum(Entry.credits), 0), func.count(Entry.id))
        .outerjoin(Entry)
        .group_by(Transaction.id, Transaction.key)
        .having(or_(func.coalesce(func.sum(Entry.credits), 0) != 0, func.count(Entry.id) < 2)),
        "{0}: {2} entries with the sum {1}",
    )
    yield check(
        session,
        "the ledger of each tenant sums to zero",
        select(func.count(func.distinct(Entry.tenant_id))),
        select(Entry.tenant_id, func.sum(Entry.credits))
        .group_by(Entry.tenant_id)
        .having(func.sum(Entry.credits) != 0),
        "tenant {0}: the sum is {1}",
    )
    yield check(
        session,
        "each entry belongs to the tenant of its transaction and of its account",
        _count(Entry),
        select(Entry.id)
        .join(Transaction)
        .join(LedgerAccount, LedgerAccount.id == Entry.account_id)
        .where(or_(Transaction.tenant_id != Entry.tenant_id, LedgerAccount.tenant_id != Entry.tenant_id)),
        "entry {0}",
    )
    yield _snapshots(session)
    yield _reversals(session)
    yield check(
        session,
        "what was given, taken or reversed has a reason and an author",
        select(func.count()).where(Transaction.kind.in_(_BY_SOMEBODY)),
        select(Transaction.key).where(
            Transaction.kind.in_(_BY_SOMEBODY), or_(Transaction.reason == "", Transaction.author == "")
        ),
        "{0}",
    )
    yield refuses_changes(session, APPEND_ONLY)


def refuses_changes(session: Session, tables: tuple[str, ...]) -> Check:
    """Whether the database has the triggers by which some tables only grow."""
    kinds: tuple[str, ...]
    if session.get_bind().dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        kinds = ("update", "delete", "replace")
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        kinds = ("change", "truncate")
    there = set(session.scalars(text(query)))
    wanted = [f"{table}_no_{kind}" for table in tables for kind in kinds]
    missing = [f"the trigger {name} is missing" for name in wanted if name not in there]
    return Check(f"the database refuses changes in {', '.join(tables)}", len(wanted), tuple(missing))


def _snapshots(session: Session) -> Check:
    return check(
        session,
        "each snapshot is the sum of its account's entries up to it",
        _count(Snapshot),
        select(Snapshot.account_id, Snapshot.credits, func.coalesce(func.sum(Entry.credits), 0))
        .outerjoin(Entry, and_(Entry.account_id == Snapshot.account_id, Entry.id <= Snapshot.entry_id))
        .group_by(Snapshot.account_id, Snapshot.credits)
        .having(func.coalesce(func.sum(Entry.credits), 0) != Snapshot.credits),
        "account {0}: {1} is kept and {2} is the sum",
    )


def _reversals(session: Session) -> Check:
    undone, undoing, right = aliased(Transaction), aliased(Transaction), aliased(Entry)
    return check(
        session,
        "each correction is the exact opposite of what it corrects",
        select(func.count()).where(Transaction.reverses_id.is_not(None)),
        select(undoing.key)
        .join(undone, undone.id == undoing.reverses_id)
        .join(Entry, Entry.transaction_id == undone.id)
        .outerjoin(
            right,
            and_(
                right.transaction_id == undoing.id,
                right.account_id == Entry.account_id,
                right.credits == -Entry.credits,
            ),
        )
        .where(right.id.is_(None)),
        "{0}",
    )


def check(session: Session, name: str, count: Select[Any], wrong: Executable, said: str) -> Check:
    """Ask for what is otherwise than it must be.

    :param said: a line about each row of ``wrong``.
    """
    faults = tuple(said.format(*row) for row in session.execute(wrong))
    return Check(name, session.scalar(count) or 0, faults)


def _count(table: type[Entry | Transaction | Snapshot]) -> Select[Any]:
    return select(func.count()).select_from(table)
