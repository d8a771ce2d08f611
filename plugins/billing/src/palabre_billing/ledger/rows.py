"""The ledger's rows as a posting reads and writes them: statements that are built once, and go past the ORM.

Each hour of each live meeting is a posting, so they are few: on SQLite the database is locked while they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, make_transient_to_detached

from palabre.toolkit import Base
from palabre_billing.ledger.models import Transaction

_ACCOUNTS = Base.metadata.tables["billing_account"]
_ENTRIES = Base.metadata.tables["billing_entry"]
_SNAPSHOTS = Base.metadata.tables["billing_snapshot"]
_TRANSACTIONS = Base.metadata.tables["billing_transaction"]

_WANTED = (
    _ACCOUNTS.c.tenant_id == bindparam("tenant_id"),
    _ACCOUNTS.c.id.in_(bindparam("account_ids", expanding=True)),
)
# The tenant's own accounts are in every posting: they are not locked, or one would wait for all others.
_LOCKED = (
    select(_ACCOUNTS.c.id)
    .where(*_WANTED, _ACCOUNTS.c.is_customer)
    .order_by(_ACCOUNTS.c.id)
    .with_for_update()
    .cte("locked")
)
_LOCK = (
    select(_ACCOUNTS.c.id, _LOCKED.c.id.is_not(None))
    .select_from(_ACCOUNTS.outerjoin(_LOCKED, _LOCKED.c.id == _ACCOUNTS.c.id))
    .where(*_WANTED)
)
_ACCOUNT_ID = select(_ACCOUNTS.c.id).where(
    _ACCOUNTS.c.tenant_id == bindparam("tenant_id"), _ACCOUNTS.c.code == bindparam("code")
)
_TRANSACTION_ID = select(_TRANSACTIONS.c.id).where(
    _TRANSACTIONS.c.tenant_id == bindparam("tenant_id"), _TRANSACTIONS.c.key == bindparam("key")
)
_SINCE = and_(
    _ENTRIES.c.account_id == _ACCOUNTS.c.id, _ENTRIES.c.id > func.coalesce(_SNAPSHOTS.c.entry_id, 0)
)
_STANDING = (
    select(
        func.coalesce(_SNAPSHOTS.c.credits, 0),
        func.coalesce(_SNAPSHOTS.c.entry_id, 0),
        func.coalesce(func.sum(_ENTRIES.c.credits), 0),
        func.max(_ENTRIES.c.id),
        func.count(_ENTRIES.c.id),
    )
    .select_from(
        _ACCOUNTS.outerjoin(_SNAPSHOTS, _SNAPSHOTS.c.account_id == _ACCOUNTS.c.id).outerjoin(_ENTRIES, _SINCE)
    )
    .where(_ACCOUNTS.c.id == bindparam("account_id"))
    .group_by(_SNAPSHOTS.c.credits, _SNAPSHOTS.c.entry_id)
)
_INSERT = insert(_TRANSACTIONS).returning(_TRANSACTIONS.c.id)
_INSERT_OR_LEAVE = (
    postgresql.insert(_TRANSACTIONS)
    .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    .returning(_TRANSACTIONS.c.id)
)
_INSERT_ENTRIES = insert(_ENTRIES)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A transaction that is to be posted.

    :param key: names the effect, unique in the tenant.
    :param entries: credits by the id of the account; they sum to zero.
    :param at: not compared when the key comes again.
    """

    tenant_id: int
    key: str
    kind: str
    entries: Mapping[int, int]
    at: datetime
    reason: str = ""
    author: str = ""
    meeting: str | None = None
    meeting_name: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    reverses_id: int | None = None


@dataclass(frozen=True)
class Standing:
    """A balance, and how much had to be added up for it.

    :param entry_id: number of the account's last entry; 0 without any.
    :param since: entries since the snapshot.
    """

    credits: int
    entry_id: int
    since: int


def lock(session: Session, *, tenant_id: int, account_ids: list[int]) -> dict[int, bool]:
    """Let nobody else post to the customers' accounts among these until the caller's transaction ends.

    :returns: those that are there, and whether each is a customer's.
    """
    wanted = {"tenant_id": tenant_id, "account_ids": account_ids}
    return {row[0]: bool(row[1]) for row in session.connection().execute(_LOCK, wanted)}


def account_id(session: Session, code: str, *, tenant_id: int) -> int | None:
    """The id of an account that is there already."""
    return session.connection().scalar(_ACCOUNT_ID, {"tenant_id": tenant_id, "code": code})


def transaction_id(session: Session, *, tenant_id: int, key: str) -> int | None:
    """What was posted under a key."""
    return session.connection().scalar(_TRANSACTION_ID, {"tenant_id": tenant_id, "key": key})


def standing(session: Session, account_id: int) -> Standing:
    """The balance of an account and how it came about."""
    found = session.connection().execute(_STANDING, {"account_id": account_id}).one_or_none()
    if found is None:
        return Standing(0, 0, 0)
    kept, until, tail, last, count = found
    return Standing(kept + int(tail), last or until, count)


def insert_posting(session: Session, posting: Posting) -> Transaction | None:
    """Write a transaction and its entries; ``None`` when somebody else has written one under its key."""
    values = {
        "tenant_id": posting.tenant_id,
        "key": posting.key,
        "kind": posting.kind,
        "at": posting.at,
        "reason": posting.reason,
        "author": posting.author,
        "meeting": posting.meeting,
        "meeting_name": posting.meeting_name,
        "details": dict(posting.details),
        "reverses_id": posting.reverses_id,
    }
    connection = session.connection()
    # On SQLite nobody else writes meanwhile, and a trigger refuses what would replace a row.
    made_id = connection.scalar(_INSERT if connection.dialect.name == "sqlite" else _INSERT_OR_LEAVE, values)
    if made_id is None:
        return None
    entries = [
        {"tenant_id": posting.tenant_id, "transaction_id": made_id, "account_id": one, "credits": amount}
        for one, amount in sorted(posting.entries.items())
    ]
    connection.execute(_INSERT_ENTRIES, entries)
    made = Transaction(id=made_id, **values)
    make_transient_to_detached(made)
    session.add(made)
    return made
