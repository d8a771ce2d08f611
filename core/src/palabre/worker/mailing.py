"""Sending mail: what is due is claimed, written, handed over and closed, one commit for each mail.

A worker that is killed before it handed a mail over leaves a claim that runs out; killed between the server's word and
the commit, the mail goes out again with the same Message-ID, by which programs that read mail know the second one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.i18n import language_scope
from palabre.mail import Letter
from palabre.mail.delivery import Carrier, Hitch, Refusal, carrier
from palabre.mail.message import address, make_message
from palabre.mail.outbox import claim_mails, mark_failed, mark_sent, mark_withdrawn, put_off, release
from palabre.model import Mail, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre.tenants.service import site_of

log = structlog.get_logger(__name__)

Writer = Callable[[Application, Session, Mail], Letter | None]

#: Who writes each kind of mail, in the tenant's and the reader's scope, when it is about to be sent. ``None``: nobody
#: needs it any more.
WRITERS: dict[str, Writer] = {}


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Register who writes some kinds of mail."""

    def register(writer: Writer) -> Writer:
        for kind in kinds:
            WRITERS[kind] = writer
        return writer

    return register


def site(application: Application, session: Session, mail: Mail) -> str:
    """Where the reader of a mail reaches the tenant, without a slash at the end."""
    tenant = session.get_one(Tenant, mail.tenant_id)
    return site_of(tenant, installation=application.settings.address)


#: Mails that one thread claims at once, and for how long, in seconds.
BATCH, CLAIM_S = 20, 120.0
#: Seconds between two looks for due mail, and before a server that did not answer is tried again.
EVERY_S, SERVER_PAUSE_S = 1.0, 10.0


def send_due(application: Application, by: Carrier, *, limit: int = BATCH) -> int:
    """Send what is due, at most ``limit`` mails; how many were closed.

    :raises Hitch: when the mail server itself is the trouble; what was claimed is given back.
    """
    with application.db.transaction() as session:
        mails = claim_mails(session, now=application.clock.now(), for_s=CLAIM_S, limit=limit)
    started = monotonic()
    closed = 0
    try:
        for position, mail in enumerate(mails):
            if monotonic() - started > CLAIM_S / 2:  # the server is slow: others may help
                _give_back(application, mails[position:])
                break
            closed += _send(application, by, mail)
    except Hitch:
        _give_back(application, mails[position + 1 :])
        raise
    return closed


def run_mail(application: Application, stop: threading.Event) -> None:
    """Send until ``stop`` is set. Several may run at once, in one process or many."""
    by = carrier(application.settings.mail, application.settings.data_dir)
    while not stop.is_set():
        pause_s = EVERY_S
        try:
            while not stop.is_set() and send_due(application, by):
                continue
        except Hitch as hitch:
            log.warning("mail server is not there", reason=hitch.reason)
            pause_s = SERVER_PAUSE_S
        except Exception:
            log.exception("mail could not be sent")
            pause_s = SERVER_PAUSE_S
        by.close()
        stop.wait(pause_s)


def _send(application: Application, by: Carrier, mail: Mail) -> bool:
    settings = application.settings.mail
    with tenant_scope(_tenant(application, mail)), language_scope(mail.language):
        try:
            letter = _letter(application, mail)
        except Exception as error:  # a fault of ours or of a plugin must not hold up the others
            log.exception("letter could not be written", kind=mail.kind)
            _put_off(application, mail, f"{type(error).__name__}: {error}")
            return False
        if letter is None:
            with application.db.transaction() as session:
                mark_withdrawn(session, mail.id)
            return True
        brand = _tenant(application, mail).name
        message = make_message(
            letter,
            message_id=f"{mail.public_id}@{settings.sender.rpartition('@')[2]}",
            sender=address(settings.sender, settings.sender_name or brand),
            to=address(mail.email, mail.name),
            brand=brand,
            language=mail.language,
            now=application.clock.now(),
        )
    try:
        by.deliver(message, sender=settings.sender, recipient=mail.email)
    except Refusal as refusal:
        log.info("mail refused", kind=mail.kind, reason=refusal.reason)
        with application.db.transaction() as session:
            mark_failed(session, mail.id, problem=refusal.reason)
        return True
    except Hitch as hitch:
        _put_off(application, mail, hitch.reason)
        if hitch.concerns_all:
            raise
        return False
    with application.db.transaction() as session:
        mark_sent(session, mail.id, now=application.clock.now())
    return True


def _letter(application: Application, mail: Mail) -> Letter | None:
    write = WRITERS[mail.kind]
    with application.db.reading() as session:
        return write(application, session, mail)


def _tenant(application: Application, mail: Mail) -> TenantContext:
    with tenant_scope(None), application.db.reading() as session:
        return tenant_context(session, application.plugins, session.get_one(Tenant, mail.tenant_id))


def _put_off(application: Application, mail: Mail, problem: str) -> None:
    with application.db.transaction() as session:
        put_off(session, mail, now=application.clock.now(), problem=problem)


def _give_back(application: Application, mails: list[Mail]) -> None:
    if mails:
        with application.db.transaction() as session:
            release(session, [mail.id for mail in mails])
