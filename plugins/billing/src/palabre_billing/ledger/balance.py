"""What an account has: the sum of its entries, from the last snapshot on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre_billing.ledger.models import Entry, LedgerAccount, Snapshot

#: A snapshot is taken when so many entries have come since the last one.
SNAPSHOT_EVERY = 100


@dataclass(frozen=True)
class Standing:
    """A balance, and how much had to be added up for it.

    :param entry_id: number of the account's last entry; 0 without any.
    :param since: entries since the snapshot.
    """

    credits: int
    entry_id: int
    since: int

    def plus(self, entry: Entry) -> Standing:
        """The same after one more entry."""
        return Standing(self.credits + entry.credits, entry.id, self.since + 1)


def balance(session: Session, account_id: int) -> int:
    """The credits of an account; negative is a debt."""
    return standing(session, account_id).credits


def standing(session: Session, account_id: int) -> Standing:
    """The balance of an account and how it came about."""
    known = session.execute(
        select(Snapshot.credits, Snapshot.entry_id).where(Snapshot.account_id == account_id)
    ).one_or_none()
    kept, until = (known.credits, known.entry_id) if known else (0, 0)
    tail, last, count = session.execute(
        select(func.coalesce(func.sum(Entry.credits), 0), func.max(Entry.id), func.count()).where(
            Entry.account_id == account_id, Entry.id > until
        )
    ).one()
    return Standing(kept + int(tail), last or until, count)


def keep_snapshot(session: Session, account: LedgerAccount, found: Standing) -> None:
    """Note the sum of a locked account, when adding it up has become long."""
    if found.since < SNAPSHOT_EVERY:
        return
    row = session.get(Snapshot, account.id)
    if row is None:
        session.add(
            Snapshot(
                tenant_id=account.tenant_id,
                account_id=account.id,
                entry_id=found.entry_id,
                credits=found.credits,
            )
        )
    else:
        row.entry_id, row.credits = found.entry_id, found.credits
    session.flush()
