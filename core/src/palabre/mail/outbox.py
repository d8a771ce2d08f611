"""The rows of mail: owing one, claiming what is due, and what became of it.

A mail is claimed and that is committed, it is handed to the mail server, and the server's word is committed at once. A
worker that is killed before leaves a claim that runs out; killed between the server's word and the commit, the mail is
sent again with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from palabre.model import Mail, MailState

#: Pauses before the second, third … attempt, in seconds; the last one repeats.
PAUSES_S = (15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
#: A mail that nobody took for so long has failed, in seconds.
GIVEN_UP_AFTER_S = 3 * 24 * 3600.0


@dataclass(frozen=True)
class NewMail:
    """A mail that is owed.

    :param key: names the effect, unique on the installation; the same key is one mail.
    :param kind: whose letter is written when it is sent.
    :param language: language tag it is written in.
    :param data: what the letter needs beside the rows; emptied once it is sent.
    """

    key: str
    kind: str
    email: str
    language: str
    name: str = ""
    meeting_id: int | None = None
    invitee_id: int | None = None
    account_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def queue_mail(
    session: Session,
    *,
    key: str,
    kind: str,
    email: str,
    name: str = "",
    language: str,
    tenant_id: int,
    now: datetime,
    due_at: datetime | None = None,
    meeting_id: int | None = None,
    invitee_id: int | None = None,
    account_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> Mail:
    """Owe a mail, in the caller's transaction; the one that is owed already under ``key``, if there is one.

    :param due_at: when it is to be sent; now when not given.
    """
    one = NewMail(key, kind, email, language, name, meeting_id, invitee_id, account_id, data or {})
    queue_mails(session, [one], tenant_id=tenant_id, now=now, due_at=due_at)
    return session.scalars(select(Mail).where(Mail.key == key)).one()


def queue_mails(
    session: Session,
    mails: Iterable[NewMail],
    *,
    tenant_id: int,
    now: datetime,
    due_at: datetime | None = None,
) -> int:
    """Owe many mails at once, in the caller's transaction; how many were not owed yet."""
    wanted = {one.key: one for one in mails}
    owed = set(session.scalars(select(Mail.key).where(Mail.key.in_(wanted))))
    rows = [
        Mail(
            tenant_id=tenant_id,
            key=one.key,
            kind=one.kind,
            email=one.email,
            name=one.name,
            language=one.language,
            meeting_id=one.meeting_id,
            invitee_id=one.invitee_id,
            account_id=one.account_id,
            data=one.data,
            due_at=due_at or now,
            created_at=now,
        )
        for key, one in wanted.items()
        if key not in owed
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def withdraw_mails(session: Session, *, where: ColumnElement[bool]) -> None:
    """What waits and fits ``where`` is not sent any more."""
    session.execute(
        update(Mail).where(Mail.state == MailState.WAITING, where).values(state=MailState.WITHDRAWN, data={}),
        execution_options={"synchronize_session": False},
    )


def claim_mails(session: Session, *, now: datetime, for_s: float, limit: int) -> list[Mail]:
    """What is due and nobody else is at, oldest first; claimed for ``for_s`` seconds. Commit before sending."""
    due = (
        select(Mail)
        .where(
            Mail.state == MailState.WAITING,
            Mail.due_at <= now,
            or_(Mail.claimed_until.is_(None), Mail.claimed_until < now),
        )
        .order_by(Mail.due_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    mails = list(session.scalars(due))
    session.execute(
        update(Mail)
        .where(Mail.id.in_([mail.id for mail in mails]))
        .values(claimed_until=now + timedelta(seconds=for_s), attempts=Mail.attempts + 1),
        execution_options={"synchronize_session": False},
    )
    for mail in mails:
        session.expunge(mail)
        mail.claimed_until, mail.attempts = now + timedelta(seconds=for_s), mail.attempts + 1
    return mails


def renew_claim(session: Session, mail: Mail, *, now: datetime, for_s: float) -> bool:
    """Keep a claim that would run out; ``False`` when somebody else has the mail, or nobody wants it any more."""
    until = now + timedelta(seconds=for_s)
    kept = session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.state == MailState.WAITING, Mail.claimed_until == mail.claimed_until)
        .values(claimed_until=until),
        execution_options={"synchronize_session": False},
    )
    mail.claimed_until = until
    return bool(kept.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult


def mark_sent(session: Session, mail_id: int, *, now: datetime) -> None:
    """A server took it; what it said may hold a secret and is forgotten."""
    _close(session, mail_id, state=MailState.SENT, sent_at=now, data={}, problem=None)


def mark_failed(session: Session, mail_id: int, *, problem: str) -> None:
    """It cannot be sent, for this reason."""
    _close(session, mail_id, state=MailState.FAILED, data={}, problem=problem[:2000])


def mark_withdrawn(session: Session, mail_id: int) -> None:
    """Nobody needs it any more."""
    _close(session, mail_id, state=MailState.WITHDRAWN, data={})


def put_off(session: Session, mail: Mail, *, now: datetime, problem: str) -> None:
    """It could not be sent now: again after a pause that grows, or failed after ``GIVEN_UP_AFTER_S``."""
    if now - mail.due_at > timedelta(seconds=GIVEN_UP_AFTER_S) and now - mail.created_at > timedelta(
        seconds=GIVEN_UP_AFTER_S
    ):
        mark_failed(session, mail.id, problem=problem)
        return
    pause_s = PAUSES_S[min(mail.attempts, len(PAUSES_S)) - 1]
    _write(session, mail.id, claimed_until=now + timedelta(seconds=pause_s), problem=problem[:2000])


def release(session: Session, mail_ids: Collection[int]) -> None:
    """Claimed mails that were not tried go back as they were."""
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mail_ids), Mail.state == MailState.WAITING)
        .values(claimed_until=None, attempts=Mail.attempts - 1),
        execution_options={"synchronize_session": False},
    )


def _close(session: Session, mail_id: int, **values: Any) -> None:
    _write(session, mail_id, claimed_until=None, **values)


def _write(session: Session, mail_id: int, **values: Any) -> None:
    session.execute(
        update(Mail).where(Mail.id == mail_id).values(**values),
        execution_options={"synchronize_session": False},
    )
