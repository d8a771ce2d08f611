"""A planned meeting, its organiser, and a mail server that its guests read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from palabre.application import Application
from palabre.config import MailSection
from palabre.invitations import Guest, invite, schedule_mails, set_guests
from palabre.mail.delivery import carrier
from palabre.model import Account, Invitee, Mail, Meeting, Occurrence
from palabre.tenants import TenantContext, tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.mail import MailServer
from palabre.worker.duties import do_due
from palabre.worker.mailing import send_due

START = datetime(2026, 2, 10, 13, 0, tzinfo=UTC)


@pytest.fixture
def mail_settings(mail_server: MailServer) -> MailSection:
    return mail_server.settings()


@dataclass
class Planned:
    """A meeting of Léa in Paris, who writes French."""

    application: Application
    tenant: TenantContext
    clock: TestClock
    meeting_id: int

    def change(self, do: Callable[[Any, Meeting], Any]) -> Any:
        """Do something about it in one transaction."""
        with tenant_scope(self.tenant), self.application.db.transaction() as session:
            return do(session, session.get_one(Meeting, self.meeting_id))

    def guests(self, *guests: Guest) -> Any:
        """Set the guest list."""
        return self.change(lambda s, m: set_guests(s, meeting=m, guests=guests, now=self.clock.now()))

    def invite(self, *guests: Guest) -> None:
        """Set the guest list, and owe what planning owes."""

        def do(session: Any, meeting: Meeting) -> None:
            now = self.clock.now()
            set_guests(session, meeting=meeting, guests=guests, now=now)
            invite(session, meeting=meeting, now=now)
            schedule_mails(session, meeting=meeting, now=now)

        self.change(do)

    def work(self) -> int:
        """What the worker does; how many mails it closed."""
        do_due(self.application)
        by = carrier(self.application.settings.mail, self.application.settings.data_dir)
        try:
            return send_due(self.application, by)
        finally:
            by.close()

    def rows(self) -> list[Mail]:
        """Its mails to guests, in order."""
        with self.application.db.reading() as session:
            return list(session.scalars(select(Mail).where(Mail.invitee_id.is_not(None)).order_by(Mail.id)))

    def invitees(self) -> dict[str, Invitee]:
        """Everybody who ever was on the list."""
        with self.application.db.reading() as session:
            return {one.email: one for one in session.scalars(select(Invitee))}


@pytest.fixture
def plan(application: Application, tenant: TenantContext, clock: TestClock) -> Callable[..., Planned]:
    def plan(*, times: tuple[datetime, ...] = (START,), **columns: Any) -> Planned:
        now = clock.now()
        with tenant_scope(tenant), application.db.transaction() as session:
            lea = session.scalar(select(Account)) or Account(
                email="lea@example.org",
                name="Léa",
                language="fr",
                time_zone="Europe/Paris",
                created_at=now,
                confirmed_at=now,
            )
            session.add(lea)
            session.flush()
            given = {
                "name": "Budget review",
                "organiser_id": lea.id,
                "starts_at": times[0] if times else None,
                "first_start": times[0] if times else None,
                "duration_min": 90,
                "time_zone": "Europe/Paris",
                "created_at": now,
                "mail_on_planning": True,
                **columns,
            }
            meeting = Meeting(**given)
            meeting.occurrences = [
                Occurrence(recurrence_id=at, starts_at=at, duration_min=given["duration_min"]) for at in times
            ]
            session.add(meeting)
            session.flush()
            return Planned(application, tenant, clock, meeting.id)

    return plan


@pytest.fixture
def weeks() -> tuple[datetime, ...]:
    """Four Tuesdays at 14:00 in Paris."""
    return tuple(START + timedelta(weeks=number) for number in range(4))
