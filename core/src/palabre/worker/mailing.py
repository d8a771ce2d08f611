"""Sending mail: what is due is claimed, written, handed over and closed, one commit for each mail.

A worker that is killed before it handed a mail over leaves a claim that runs out; killed between the server's word and
the commit, the mail goes out again with the same Message-ID, by which programs that read mail know the second one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.db import DatabaseBusy
from palabre.hookspecs import mail as hooks
from palabre.i18n import language_scope
from palabre.mail import Letter
from palabre.mail.addresses import ascii_domain
from palabre.mail.delivery import Carrier, Hitch, Refusal, Unreachable
from palabre.mail.message import address, make_message
from palabre.mail.outbox import (
    claim_mails,
    is_claimed,
    leave,
    mark_failed,
    mark_sent,
    mark_withdrawn,
    put_off,
    release,
    renew_claims,
)
from palabre.model import Mail, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, current_tenant, tenant_scope
from palabre.tenants.service import site_of

log = structlog.get_logger(__name__)

Writer = Callable[[Application, Session, Mail], Letter | None]

#: Who writes each kind of mail, in the tenant's and the reader's scope, when it is about to be sent. ``None``: nobody
#: needs it any more.
WRITERS: dict[str, Writer] = {}

#: Mails that are claimed at once, and for how long, in seconds. Whoever sends renews the claims of what is still to go.
BATCH, CLAIM_S = 20, 60.0
#: So long a mail of a plugin that is switched off waits before somebody looks again, in seconds.
SWITCHED_OFF_S = 300.0
#: For how long it is tried to write down what the mail server said, in seconds.
NOTED_WITHIN_S = 120.0


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Register who writes some kinds of mail."""

    def register(writer: Writer) -> Writer:
        for kind in kinds:
            WRITERS[kind] = writer
        return writer

    return register


def _writer(application: Application, kind: str) -> Writer:
    """Who writes a kind of mail: the core, or a plugin that the tenant has switched on.

    :raises _SwitchedOff: nobody at this moment.
    """
    found = WRITERS.get(kind)
    if found is not None:
        return found
    for contribution in application.plugins.collect(hooks.letters):
        for one in contribution.value:
            if one.name == kind and kind.startswith(f"{contribution.plugin}."):
                return one.write
    raise _SwitchedOff(f"no plugin that is switched on writes {kind}")


def site(application: Application) -> str:
    """Where the reader of the mail that is being written reaches the tenant, without a slash at the end."""
    tenant, installation = current_tenant(), application.settings.address
    return site_of(tenant, installation=installation) if tenant else installation


@dataclass
class Batch:
    """Mails that were claimed and are to be sent, one after the other.

    ``renew`` may be called by another thread meanwhile; ``due`` holds those that are not closed yet.
    """

    application: Application
    due: list[Mail] = field(default_factory=list)
    _tenants: dict[int, TenantContext] = field(default_factory=dict)

    @classmethod
    def claim(cls, application: Application, *, limit: int = BATCH) -> Batch:
        """Take what is due, of every tenant."""
        with application.db.transaction() as session:
            mails = claim_mails(session, now=application.clock.now(), for_s=CLAIM_S, limit=limit)
        return cls(application, mails)

    def renew(self) -> None:
        """Keep the claims of what is not closed yet."""
        if ids := [mail.id for mail in tuple(self.due)]:
            with self.application.db.transaction() as session:
                renew_claims(session, ids, now=self.application.clock.now(), for_s=CLAIM_S)

    def send(self, by: Carrier, *, until: threading.Event | None = None) -> int:
        """Send them; how many were closed. What is left is given back.

        :param until: stops before the next mail once it is set.
        :raises Unreachable: no mail can be sent now.
        """
        closed = 0
        while self.due:
            if until is not None and until.is_set():
                self.give_back()
                break
            try:
                closed += self._send(by, self.due[0])
            except Unreachable as trouble:
                self.give_back(problem=trouble.reason)
                raise
            except BaseException:
                self.give_back()
                raise
            del self.due[0]
        return closed

    def give_back(self, *, problem: str | None = None) -> None:
        """What is not closed yet is for others, or for later."""
        ids = [mail.id for mail in self.due]
        self.due.clear()
        with self.application.db.transaction() as session:
            release(session, ids, now=self.application.clock.now(), problem=problem)

    def _send(self, by: Carrier, mail: Mail) -> bool:
        """Send one; whether it is closed.

        :raises Unreachable: as ``Carrier.deliver`` does.
        """
        application = self.application
        with tenant_scope(self._tenant(mail)), language_scope(mail.language):
            try:
                message = self._message(mail)
            except _NotOurs:
                return False
            except _SwitchedOff as waits:
                self._leave(mail, str(waits))
                return False
            except Exception as error:  # a fault of ours or of a plugin must not hold up the others
                log.exception("letter could not be written", kind=mail.kind, mail=mail.public_id)
                self._put_off(mail, f"{type(error).__name__}: {error}")
                return False
        if message is None:
            with application.db.transaction() as session:
                mark_withdrawn(session, mail.id)
            return True
        try:
            by.deliver(message, sender=application.settings.mail.sender, recipient=mail.email)
        except Refusal as refusal:
            log.info("mail refused", kind=mail.kind, mail=mail.public_id, reason=refusal.reason)
            self._note(mark_failed, mail.id, problem=refusal.reason)
            return True
        except Unreachable:
            raise
        except Hitch as hitch:
            log.info("mail put off", kind=mail.kind, mail=mail.public_id, reason=hitch.reason)
            self._put_off(mail, hitch.reason)
            return False
        self._note(mark_sent, mail.id, now=application.clock.now())
        return True

    def _note(self, what: Callable[..., None], mail_id: int, **said: Any) -> None:
        """Write down what the server said; it says so once, so a database that is busy or away is tried again.

        :raises DatabaseBusy, OperationalError: after ``NOTED_WITHIN_S``; then the mail goes out a second time.
        """
        deadline = time.monotonic() + NOTED_WITHIN_S
        while True:
            try:
                with self.application.db.transaction() as session:
                    return what(session, mail_id, **said)
            except (DatabaseBusy, OperationalError):
                if time.monotonic() > deadline:
                    raise
                log.warning("what became of a mail could not be written yet", mail=mail_id)
                time.sleep(0.2)

    def _message(self, mail: Mail) -> Message[str, str] | None:
        """The e-mail as it is to be sent at this moment; ``None`` when nobody wants it any more.

        :raises _NotOurs: it is not to be sent by us.
        :raises _SwitchedOff: nobody writes it at this moment.
        """
        application, now = self.application, self.application.clock.now()
        with application.db.reading() as session:
            if not is_claimed(session, mail.id, now=now):
                raise _NotOurs
            letter = _writer(application, mail.kind)(application, session, mail)
        settings, tenant = application.settings.mail, self._tenant(mail)
        if letter is None:
            return None
        return make_message(
            letter,
            message_id=f"{mail.public_id}@{ascii_domain(settings.sender.rpartition('@')[2])}",
            sender=address(settings.sender, settings.sender_name or tenant.name),
            to=address(mail.email, mail.name),
            brand=tenant.name,
            language=mail.language,
            now=now,
        )

    def _put_off(self, mail: Mail, problem: str) -> None:
        with self.application.db.transaction() as session:
            put_off(session, mail, now=self.application.clock.now(), problem=problem)

    def _leave(self, mail: Mail, problem: str) -> None:
        now = self.application.clock.now()
        log.info("mail waits for its plugin", kind=mail.kind, mail=mail.public_id)
        with self.application.db.transaction() as session:
            leave(session, mail, until=now + timedelta(seconds=SWITCHED_OFF_S), now=now, problem=problem)

    def _tenant(self, mail: Mail) -> TenantContext:
        if mail.tenant_id not in self._tenants:
            with tenant_scope(None), self.application.db.reading() as session:
                tenant = session.get_one(Tenant, mail.tenant_id)
                self._tenants[tenant.id] = tenant_context(session, self.application.plugins, tenant)
        return self._tenants[mail.tenant_id]


class _NotOurs(Exception):
    """The mail was withdrawn since it was claimed, or the claim ran out because this machine slept."""


class _SwitchedOff(Exception):
    """The plugin that writes the mail is switched off for the tenant, kept out, or not there any more."""


def send_due(application: Application, by: Carrier) -> int:
    """Send everything that is due; how many mails were closed.

    :raises Unreachable: no mail can be sent now.
    """
    closed = 0
    while (batch := Batch.claim(application)).due:
        closed += batch.send(by)
    return closed
