"""An organiser who plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.calendar import LocalStart
from palabre.meetings import MeetingPlan, plan
from palabre.model import Account, Meeting
from palabre.tenants import TenantContext, tenant_scope


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def writing(application: Application, tenant: TenantContext) -> Callable[[], Any]:
    """A transaction in the tenant's scope."""

    @contextmanager
    def writing() -> Iterator[Session]:
        with tenant_scope(tenant), application.db.transaction() as session:
            yield session

    return writing


@pytest.fixture
def plan_one(
    application: Application, account: Account, writing: Callable[[], Any]
) -> Callable[..., Meeting]:
    """Plans a meeting for tomorrow at nine in Paris; any field of the plan can be given."""

    def plan_one(*, planned_from: str | None = None, organiser: Account = account, **fields: Any) -> Meeting:
        given = {
            "name": "Budget review",
            "start": LocalStart(datetime.fromisoformat("2026-02-01T09:00"), "Europe/Paris"),
            **fields,
        }
        with writing() as session:
            return plan(
                session,
                plugins=application.plugins,
                organiser=organiser,
                plan=MeetingPlan(**given),
                now=application.clock.now(),
                planned_from=planned_from,
            )

    return plan_one
