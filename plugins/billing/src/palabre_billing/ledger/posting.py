"""Posting: the one way by which credits move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.toolkit import PalabreError
from palabre_billing.ledger.balance import balance, keep_snapshot, standing
from palabre_billing.ledger.models import Entry, LedgerAccount, Transaction

#: Most credits that one entry moves; sums of a billion of them fit into 64 bits.
MOST_CREDITS = 10**9


class Unbalanced(PalabreError):
    """Entries that are no transaction: they do not sum to zero, or one of them is no whole number of credits."""


class KeyReused(PalabreError):
    """The key was posted before, with another content."""


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


def post(session: Session, posting: Posting, *, not_below: Mapping[int, int] | None = None) -> Transaction:
    """Post a transaction, in the caller's transaction; the one that was posted before under the same key.

    The customers' accounts in it stay locked until the caller commits, so what is read of them holds.

    :param not_below: the balance that an account must keep, by its id; others may go anywhere.
    :raises Unbalanced: for entries that are no transaction.
    :raises KeyReused: when another content was posted under the key.
    :raises NotEnoughCredits: when an account would fall below what it must keep; nothing is written.
    """
    _check(posting.entries)
    accounts = _lock(session, posting)
    known = _posted(session, posting)
    if known is not None:
        return _same(known, posting)
    # read once: the customers' accounts are locked, so nothing comes in between
    before = {one.id: standing(session, one.id) for one in accounts if one.is_customer}
    for account_id, floor in (not_below or {}).items():
        has = before[account_id].credits if account_id in before else balance(session, account_id)
        after = has + posting.entries.get(account_id, 0)
        if after < floor:
            raise NotEnoughCredits(account_id, balance=has, missing=floor - after)
    made = _row(posting)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        known = _posted(session, posting)
        if known is None:  # it was no matter of the key
            raise
        return _same(known, posting)
    written = {entry.account_id: entry for entry in made.entries}
    for account in accounts:
        if account.is_customer:
            keep_snapshot(session, account, before[account.id].plus(written[account.id]))
    return made


def _check(entries: Mapping[int, int]) -> None:
    amounts = list(entries.values())
    if any(type(one) is not int or not 0 < abs(one) <= MOST_CREDITS for one in amounts):
        raise Unbalanced(f"entries are whole credits, not nothing, and at most {MOST_CREDITS}: {amounts}")
    if len(amounts) < 2 or sum(amounts) != 0:
        raise Unbalanced(f"entries of a transaction sum to zero: {amounts}")


def _lock(session: Session, posting: Posting) -> list[LedgerAccount]:
    """The accounts, the customers' locked, always in the same order so that two postings never wait for each other."""
    found = {
        one.id: one
        for one in session.scalars(
            select(LedgerAccount).where(
                LedgerAccount.id.in_(posting.entries), LedgerAccount.tenant_id == posting.tenant_id
            )
        )
    }
    missing = [account_id for account_id in posting.entries if account_id not in found]
    if missing:
        raise PalabreError(f"the tenant {posting.tenant_id} has no accounts {missing}")
    lock_accounts(session, [one.id for one in found.values() if one.is_customer])
    return [found[account_id] for account_id in sorted(found)]


def lock_accounts(session: Session, account_ids: list[int]) -> None:
    """Let nobody else post to these accounts until the caller's transaction ends."""
    session.execute(
        select(LedgerAccount.id)
        .where(LedgerAccount.id.in_(account_ids))
        .order_by(LedgerAccount.id)
        .with_for_update()
    ).all()


def _posted(session: Session, posting: Posting) -> Transaction | None:
    return session.scalar(
        select(Transaction).where(Transaction.tenant_id == posting.tenant_id, Transaction.key == posting.key)
    )


def _same(known: Transaction, posting: Posting) -> Transaction:
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


def _row(posting: Posting) -> Transaction:
    return Transaction(
        tenant_id=posting.tenant_id,
        key=posting.key,
        kind=posting.kind,
        at=posting.at,
        reason=posting.reason,
        author=posting.author,
        meeting=posting.meeting,
        meeting_name=posting.meeting_name,
        details=dict(posting.details),
        reverses_id=posting.reverses_id,
        entries=[
            Entry(tenant_id=posting.tenant_id, account_id=account_id, credits=amount)
            for account_id, amount in sorted(posting.entries.items())
        ],
    )
