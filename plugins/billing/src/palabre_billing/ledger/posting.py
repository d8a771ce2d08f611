"""Posting: the one way by which credits move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import PalabreError, current_tenant
from palabre_billing.ledger import rows
from palabre_billing.ledger.balance import SNAPSHOT_EVERY, balance, keep_snapshot
from palabre_billing.ledger.models import LedgerAccount, Transaction
from palabre_billing.ledger.rows import Posting

#: Most credits that one entry moves; sums of a billion of them fit into 64 bits.
MOST_CREDITS = 10**9


class Unbalanced(PalabreError):
    """Entries that are no transaction: they do not sum to zero, or one of them is no whole number of credits."""


class KeyReused(PalabreError):
    """The key was posted before, with another content."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a posting did to a customer's account.

    :param transaction_id: names it.
    :param before: the balance, and ``after`` the one that it became.
    """

    tenant_id: int
    account_id: int
    transaction_id: int
    at: datetime
    before: int
    after: int


#: Writes, in the session that posts, what follows from a change.
Watcher = Callable[[Session, Change], None]


class NotEnoughCredits(PalabreError):
    """An account has not what is to be taken from it.

    :param balance: what it has.
    :param missing: what it would need in addition.
    """

    def __init__(self, account_id: int, *, balance: int, missing: int) -> None:
        super().__init__(f"account {account_id} has {balance} credits, and {missing} are missing")
        self.account_id = account_id
        self.balance = balance
        self.missing = missing


#: Called in the transaction of a posting, for each customer's account in it.
_WATCHERS: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Let ``watcher`` know of every posting, in its transaction. Called once, when the plugin is loaded."""
    if watcher not in _WATCHERS:
        _WATCHERS.append(watcher)


def post(session: Session, posting: Posting, *, not_below: Mapping[int, int] | None = None) -> Transaction:
    """Post a transaction, in the caller's transaction; the one that was posted before under the same key.

    The customers' accounts in it stay locked until the caller commits, so what is read of them holds.

    :param not_below: the balance that an account must keep, by its id; others may go anywhere.
    :raises Unbalanced: for entries that are no transaction.
    :raises KeyReused: when another content was posted under the key.
    :raises NotEnoughCredits: when an account would fall below what it must keep; nothing is written.
    """
    _check(posting.entries)
    _check_tenant(posting)
    session.flush()  # what follows goes past the ORM, which would take most of its time
    customers = _lock(session, posting)
    if _is_posted(session, posting):
        return _same(session, posting)
    # read once: the customers' accounts are locked, so nothing comes in between
    before = {account_id: rows.standing(session, account_id) for account_id in customers}
    for account_id, floor in (not_below or {}).items():
        has = before[account_id].credits if account_id in before else balance(session, account_id)
        after = has + posting.entries.get(account_id, 0)
        if after < floor:
            raise NotEnoughCredits(account_id, balance=has, missing=floor - after)
    made = rows.insert_posting(session, posting)
    if made is None:  # by somebody who has none of our customers' accounts locked, since we looked
        return _same(session, posting)
    for account_id, found in before.items():
        if found.since + 1 >= SNAPSHOT_EVERY:
            keep_snapshot(session, account_id, posting.tenant_id)
        _tell(session, posting, made, account_id, found.credits)
    return made


def _tell(session: Session, posting: Posting, made: Transaction, account_id: int, before: int) -> None:
    change = Change(
        tenant_id=posting.tenant_id,
        account_id=account_id,
        transaction_id=made.id,
        at=posting.at,
        before=before,
        after=before + posting.entries[account_id],
    )
    for watcher in _WATCHERS:
        watcher(session, change)


def _check(entries: Mapping[int, int]) -> None:
    amounts = list(entries.values())
    if any(type(one) is not int or not 0 < abs(one) <= MOST_CREDITS for one in amounts):
        raise Unbalanced(f"entries are whole credits, not nothing, and at most {MOST_CREDITS}: {amounts}")
    if len(amounts) < 2 or sum(amounts) != 0:
        raise Unbalanced(f"entries of a transaction sum to zero: {amounts}")


def _check_tenant(posting: Posting) -> None:
    tenant = current_tenant()
    if tenant is not None and tenant.id != posting.tenant_id:
        raise PalabreError(f"{posting.key} of another tenant posted from tenant {tenant.id}")


def _lock(session: Session, posting: Posting) -> list[int]:
    """The customers' accounts, locked, always in the same order so that two postings never wait for each other."""
    found = rows.lock(session, tenant_id=posting.tenant_id, account_ids=list(posting.entries))
    missing = [account_id for account_id in posting.entries if account_id not in found]
    if missing:
        raise PalabreError(f"the tenant {posting.tenant_id} has no accounts {missing}")
    return sorted(account_id for account_id, is_customer in found.items() if is_customer)


def lock_accounts(session: Session, account_ids: list[int]) -> None:
    """Let nobody else post to these accounts until the caller's transaction ends."""
    session.execute(
        select(LedgerAccount.id)
        .where(LedgerAccount.id.in_(account_ids))
        .order_by(LedgerAccount.id)
        .with_for_update()
    ).all()


def _is_posted(session: Session, posting: Posting) -> bool:
    return rows.transaction_id(session, tenant_id=posting.tenant_id, key=posting.key) is not None


def _same(session: Session, posting: Posting) -> Transaction:
    known = session.scalars(
        select(Transaction).where(Transaction.tenant_id == posting.tenant_id, Transaction.key == posting.key)
    ).one()
    before = (
        known.kind,
        known.reason,
        known.author,
        known.meeting,
        known.details,
        known.reverses_id,
        {entry.account_id: entry.credits for entry in known.entries},
    )
    after = (
        posting.kind,
        posting.reason,
        posting.author,
        posting.meeting,
        dict(posting.details),
        posting.reverses_id,
        dict(posting.entries),
    )
    if before != after:
        raise KeyReused(f"{posting.key} was posted before with another content: {before}, now {after}")
    return known
