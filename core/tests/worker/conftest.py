"""Mails of a kind of the tests' own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from mails import Owe

from palabre.application import Application
from palabre.mail import Letter, queue_mail
from palabre.model import Mail
from palabre.tenants import TenantContext
from palabre.worker.mailing import WRITERS


@pytest.fixture(autouse=True)
def _test_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_application: Application, _session: object, mail: Mail) -> Letter | None:
        if mail.data.get("broken"):
            raise ValueError("no such word")
        return None if mail.data.get("unwanted") else Letter(f"To {mail.name}", (mail.data["says"],))

    monkeypatch.setitem(WRITERS, "test", write)


@pytest.fixture
def owe(application: Application, tenant: TenantContext) -> Owe:
    def owe(key: str, *, email: str = "", name: str = "Sam", says: str = "Good day.", **data: object) -> None:
        with application.db.transaction() as session:
            queue_mail(
                session,
                key=key,
                kind="test",
                email=email or f"{key}@example.org",
                name=name,
                language="en",
                tenant_id=tenant.id,
                now=application.clock.now(),
                data={"says": says, **data},
            )

    return owe
