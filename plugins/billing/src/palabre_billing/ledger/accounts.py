"""The accounts of the ledger, made when they are first needed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.toolkit import Account
from palabre_billing.ledger import rows
from palabre_billing.ledger.models import LedgerAccount

#: The tenant's own accounts: where given credits come from, and where used ones go.
GIFTS, USED = "gifts", "used"


def customer_account(session: Session, owner: Account, *, now: datetime) -> LedgerAccount:
    """The credits of somebody who can sign in, in the caller's transaction."""
    return _account(
        session, owner.tenant_id, f"customer:{owner.public_id}", owner_id=owner.id, is_customer=True, now=now
    )


def own_account(session: Session, account_id: int) -> LedgerAccount | None:
    """The same for reading; ``None`` while nothing was ever posted to it."""
    return session.scalar(select(LedgerAccount).where(LedgerAccount.owner_id == account_id))


def system_account(session: Session, code: str, *, tenant_id: int, now: datetime) -> LedgerAccount:
    """One of the tenant's own accounts."""
    return _account(session, tenant_id, code, owner_id=None, is_customer=False, now=now)


def system_account_id(session: Session, code: str, *, tenant_id: int, now: datetime) -> int:
    """The id of one of the tenant's own accounts, found quickly where it is there already."""
    known = rows.account_id(session, code, tenant_id=tenant_id)
    return known or system_account(session, code, tenant_id=tenant_id, now=now).id


def _account(
    session: Session, tenant_id: int, code: str, *, owner_id: int | None, is_customer: bool, now: datetime
) -> LedgerAccount:
    query = select(LedgerAccount).where(LedgerAccount.tenant_id == tenant_id, LedgerAccount.code == code)
    known = session.scalar(query)
    if known is not None:
        return known
    made = LedgerAccount(
        tenant_id=tenant_id, code=code, is_customer=is_customer, owner_id=owner_id, created_at=now
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody else made it since we looked
        return session.scalars(query).one()
    return made
