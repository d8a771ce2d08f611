"""What an account has: the sum of its entries, from the last snapshot on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from palabre_billing.ledger import rows
from palabre_billing.ledger.models import Snapshot

#: A snapshot is taken when so many entries have come since the last one.
SNAPSHOT_EVERY = 100


def balance(session: Session, account_id: int) -> int:
    """The credits of an account; negative is a debt."""
    return rows.standing(session, account_id).credits


def keep_snapshot(session: Session, account_id: int, tenant_id: int) -> None:
    """Note the sum of a locked account."""
    found = rows.standing(session, account_id)
    row = session.get(Snapshot, account_id, populate_existing=True)
    if row is None:
        row = Snapshot(tenant_id=tenant_id, account_id=account_id)
        session.add(row)
    row.entry_id, row.credits = found.entry_id, found.credits
    session.flush()
