"""Reading the mailbox where answers to invitations and undeliverable mail come back (IMAP, RFC 3501)."""

from __future__ import annotations

import imaplib
import ssl
import threading
from contextlib import suppress
from email import message_from_bytes
from email.policy import default

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.config import MailSection
from palabre.db import DatabaseBusy
from palabre.invitations.occasion import public_id_of
from palabre.mail.replies import Answer, Bounce, read
from palabre.model import Invitee, Mail, Meeting, Response
from palabre.tenants.scope import tenant_scope

log = structlog.get_logger(__name__)

#: Seconds between two looks.
EVERY_S = 60.0
#: Most mails of one look; the next look takes the others.
_MOST = 200
#: The database is away or busy: no mail's fault, so the next look reads the same mail again.
_NOT_THERE = (DatabaseBusy, OperationalError, InterfaceError, NoConnection)


def read_mailbox(application: Application) -> int:
    """Take in what came since the last look; how many answers and reports were understood.

    A mail is marked as read once what it means is committed, so a killed worker reads it again, and reading an answer
    twice changes nothing. Mails that mean nothing to us, or that nobody can read, are marked, too, and stay where they
    are.
    """
    settings = application.settings.mail
    if settings.imap_host is None:
        return 0
    try:
        mailbox = _open(settings)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("mailbox is not there", reason=str(error))
        return 0
    try:
        return _read_new(application, mailbox)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()


def watch_mailbox(application: Application, stop: threading.Event) -> None:
    """Look again and again until ``stop`` is set; nothing without a mailbox in the configuration."""
    while application.settings.mail.imap_host is not None and not stop.is_set():
        try:
            if understood := read_mailbox(application):
                log.info("replies read", done=understood)
        except Exception:
            log.exception("mailbox could not be read")
        stop.wait(EVERY_S)


def take_in(session: Session, found: Answer | Bounce, *, application: Application) -> bool:
    """Keep what an answer or a report says, in the caller's transaction; whether it is about one of our guests."""
    now = application.clock.now()
    if isinstance(found, Answer):
        invitee = session.scalar(
            select(Invitee)
            .join(Meeting, Meeting.id == Invitee.meeting_id)
            .where(Meeting.public_id == public_id_of(found.uid), Invitee.email == found.email)
        )
        if invitee is None:
            return False
        if not found.is_of_one_time:  # who cannot come once comes to the other times
            invitee.response, invitee.responded_at = Response(found.partstat.lower()), now
        return True
    mail = session.scalar(select(Mail).where(Mail.public_id == found.message_id.partition("@")[0]))
    if mail is None or mail.invitee_id is None or (found.email and found.email != mail.email):
        return False
    session.get_one(Invitee, mail.invitee_id).bounce = found.reason or "undeliverable"
    return True


def _open(settings: MailSection) -> imaplib.IMAP4:
    assert settings.imap_host is not None
    assert settings.imap_user is not None
    assert settings.imap_password is not None
    if settings.imap_security == "tls":
        mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            settings.imap_host,
            settings.imap_port,
            ssl_context=ssl.create_default_context(),
            timeout=settings.timeout_s,
        )
    else:
        mailbox = imaplib.IMAP4(settings.imap_host, settings.imap_port, timeout=settings.timeout_s)
        if settings.imap_security == "starttls":
            mailbox.starttls(ssl.create_default_context())
    mailbox.login(settings.imap_user, settings.imap_password.get_secret_value())
    mailbox.select(f'"{settings.imap_folder}"')
    return mailbox


def _read_new(application: Application, mailbox: imaplib.IMAP4) -> int:
    _status, listed = mailbox.uid("SEARCH", "UNSEEN")
    uids = (listed[0] or b"").split()[:_MOST]
    understood = 0
    for uid in uids:
        # PEEK: it is marked as read only when what it means is kept.
        _status, parts = mailbox.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
        content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        try:
            understood += _understood(application, content)
        except _NOT_THERE:
            raise
        except Exception:  # whatever a stranger's program wrote must not hold up the mails after it
            log.exception("reply could not be read", uid=uid.decode())
        mailbox.uid("STORE", uid.decode(), "+FLAGS", "(\\Seen)")
    return understood


def _understood(application: Application, content: bytes) -> int:
    """Keep what one mail says; how many of its answers and reports are about our guests."""
    found = read(message_from_bytes(content, policy=default))
    # The mailbox is the installation's: rows of every tenant are looked for.
    with tenant_scope(None), application.db.transaction() as session:
        return sum(take_in(session, one, application=application) for one in found)
