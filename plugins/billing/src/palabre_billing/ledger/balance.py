"""What an account has: the sum of its entries, from the last snapshot on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from palabre_billing.ledger import rows
from palabre_billing.ledger.models import Snapshot

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

    @property
    def is_long(self) -> bool:
        """Whether one more entry makes it long to add up."""
        return self.since + 1 >= SNAPSHOT_EVERY


def balance(session: Session, account_id: int) -> int:
    """The credits of an account; negative is a debt."""
    return standing(session, account_id).credits


def standing(session: Session, account_id: int) -> Standing:
    """The balance of an account and how it came about."""
    kept, until = rows.snapshot(session, account_id)
    tail, last, count = rows.since(session, account_id, until)
    return Standing(kept + tail, last or until, count)


def keep_snapshot(session: Session, account_id: int, tenant_id: int) -> None:
    """Note the sum of a locked account."""
    found = standing(session, account_id)
    row = session.get(Snapshot, account_id, populate_existing=True)
    if row is None:
        row = Snapshot(tenant_id=tenant_id, account_id=account_id)
        session.add(row)
    row.entry_id, row.credits = found.entry_id, found.credits
    session.flush()
