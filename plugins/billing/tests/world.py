"""A meeting that somebody pays for, and the worker that charges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from palabre.mail.mailbox import Mailbox
from palabre.testing.room import HeadlessRoom
from palabre.toolkit import Account, Application, Mail, RoomClass, TenantContext, tenant_scope
from palabre.worker.duties import do_due
from palabre.worker.mailing import send_due
from palabre_billing.debits import ChargedHour
from palabre_billing.debits.verifying import verify_debits
from palabre_billing.invoices import verify_invoices
from palabre_billing.ledger import verify_ledger
from palabre_billing.shop.verifying import verify_orders


@dataclass
class World:
    """An organiser and a tenant with billing."""

    application: Application
    tenant: TenantContext
    organiser: Account

    def room(self, room_class: str = "S", **meeting: Any) -> HeadlessRoom:
        """A room that is always open, of the organiser's."""
        return HeadlessRoom.make(
            self.application,
            tenant=self.tenant,
            organiser_id=self.organiser.id,
            room_class=RoomClass(room_class),
            **meeting,
        )

    def work(self) -> None:
        """What the worker does: everything that is due."""
        with tenant_scope(None):
            do_due(self.application)

    def hours(self) -> list[tuple[int, str, int]]:
        """What became of each hour: number, fate, credits."""
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            rows: Sequence[ChargedHour] = session.scalars(select(ChargedHour).order_by(ChargedHour.id)).all()
            return [(row.number, row.fate.value, row.credits) for row in rows]

    def mails(self) -> list[str]:
        """Kinds of the mails that were owed, in order."""
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            return list(session.scalars(select(Mail.kind).order_by(Mail.id)))

    def posted(self) -> list[Any]:
        """The mails, sent to the development mailbox; newest first."""
        mailbox = Mailbox(self.application.settings.data_dir / "mailbox")
        with tenant_scope(None):
            send_due(self.application, mailbox)
        return list(mailbox.newest(10))

    def faults(self) -> list[Any]:
        """What does not hold of the ledger."""
        with tenant_scope(None), self.application.db.reading() as session:
            return [
                one
                for check in (verify_ledger, verify_debits, verify_orders, verify_invoices)
                for one in check(session)
                if one.faults
            ]
