"""An installation with billing, once on SQLite and once on PostgreSQL, and a tenant that has it switched on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import palabre_billing.plugin
from palabre.model import TenantFeature
from palabre.testing.room import make_tenant
from palabre.toolkit import Account, Application, TenantContext, tenant_scope
from palabre_billing import gifts
from palabre_billing.ledger import balance, own_account

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests"))

from world import World


@pytest.fixture
def plugins() -> Sequence[object]:
    return [palabre_billing.plugin]


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def tenant(application: Application) -> TenantContext:
    return make_tenant(application).with_features(frozenset({"billing"}))


@pytest.fixture
def session(application: Application, tenant: TenantContext, account: Account) -> Iterator[Session]:
    """A transaction of the tenant that is committed at the end of the test."""
    with tenant_scope(tenant), application.db.transaction() as session:
        yield session


@pytest.fixture
def give(application: Application, tenant: TenantContext, account: Account) -> Callable[[int], None]:
    """Gives the account credits, in a transaction of its own."""
    given = 0

    def give(credits: int) -> None:
        nonlocal given
        given += 1
        with tenant_scope(tenant), application.db.transaction() as session:
            gifts.give(
                session,
                owner=account,
                credits=credits,
                reason="to try it",
                author="a test",
                key=f"test:{given}",
                now=application.clock.now(),
            )

    return give


@pytest.fixture
def has(application: Application, tenant: TenantContext, account: Account) -> Callable[[], int]:
    """The account's balance, as another transaction reads it."""

    def has() -> int:
        with tenant_scope(tenant), application.db.reading() as session:
            return balance_of(session, account)

    return has


def balance_of(session: Session, owner: Account) -> int:
    theirs = own_account(session, owner.id)
    return balance(session, theirs.id) if theirs else 0


@pytest.fixture
def world(application: Application, tenant: TenantContext, account: Account) -> World:
    """A tenant that has billing switched on, in the database too, so that the worker sees it."""
    with application.db.transaction() as session:
        session.add(TenantFeature(tenant_id=tenant.id, feature="billing", enabled=True))
    return World(application, tenant, account)
