"""The rows of mail: owing one, claiming what is due, and what became of it.

A mail is claimed and that is committed, it is handed to the mail server, and the server's word is committed at once. A
worker that is killed before leaves a claim that runs out; killed between the server's word and the commit, the mail is
sent again with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.mail.addresses import clean_line
from palabre.model import Mail, MailState

#: Pauses before the second, third … attempt, in seconds; the last one repeats.
PAUSES_S = (15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
#: A mail that nobody took for so long has failed, in seconds.
GIVEN_UP_AFTER_S = 3 * 24 * 3600.0
#: Most characters of a reason that are kept.
_LONGEST_PROBLEM = 2000
#: Most keys that are looked for in one query.
_KEYS = 500
# What is asked for each mail is written once: to put these together takes as long as to execute them.
_TABLE = cast("Table", Mail.__table__)
_CLAIM = select(Mail.state, Mail.claimed_until).where(Mail.id == bindparam("mail"))
_SENT = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("mail"))
    .values(state=MailState.SENT, sent_at=bindparam("now"), data={}, problem=None, claimed_until=None)
)


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
    due = {"tenant_id": tenant_id, "due_at": due_at or now, "created_at": now}
    while missing := _not_owed(session, wanted):
        try:
            with session.begin_nested():
                session.execute(insert(Mail), [_row(wanted[key]) | due for key in missing])
        except IntegrityError:  # somebody else owed one of them since we looked
            continue
        return len(missing)
    return 0


def _row(one: NewMail) -> dict[str, Any]:
    return asdict(one) | {"name": clean_line(one.name)}


def _not_owed(session: Session, keys: Collection[str]) -> list[str]:
    waiting = list(keys)
    owed: set[str] = set()
    for start in range(0, len(waiting), _KEYS):
        owed.update(session.scalars(select(Mail.key).where(Mail.key.in_(waiting[start : start + _KEYS]))))
    return [key for key in waiting if key not in owed]


def withdraw_mails(session: Session, *, where: ColumnElement[bool]) -> None:
    """What waits, fits ``where`` and was never tried is not sent any more.

    What was tried may be on its way at this moment; whoever writes its letter sees whether it is still wanted.
    """
    session.execute(
        update(Mail)
        .where(Mail.state == MailState.WAITING, Mail.attempts == 0, where)
        .values(state=MailState.WITHDRAWN, data={}),
        execution_options={"synchronize_session": False},
    )


def claim_mails(session: Session, *, now: datetime, for_s: float, limit: int) -> list[Mail]:
    """What is due and nobody else is at, claimed for ``for_s`` seconds. Commit before sending.

    Oldest first; but what is about no meeting comes before all, for somebody sits and waits for it.
    """
    mails: list[Mail] = []
    for whose in (Mail.meeting_id.is_(None), Mail.meeting_id.is_not(None)):
        if len(mails) < limit:
            mails += _due(session, whose, now=now, limit=limit - len(mails))
    until = now + timedelta(seconds=for_s)
    session.execute(
        update(Mail)
        .where(Mail.id.in_([mail.id for mail in mails]))
        .values(claimed_until=until, attempts=Mail.attempts + 1),
        execution_options={"synchronize_session": False},
    )
    for mail in mails:
        session.expunge(mail)
        mail.claimed_until, mail.attempts = until, mail.attempts + 1
    return mails


def _due(session: Session, whose: ColumnElement[bool], *, now: datetime, limit: int) -> Sequence[Mail]:
    return session.scalars(
        select(Mail)
        .where(
            whose,
            Mail.state == MailState.WAITING,
            Mail.due_at <= now,
            or_(Mail.claimed_until.is_(None), Mail.claimed_until < now),
        )
        .order_by(Mail.due_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def is_claimed(session: Session, mail_id: int, *, now: datetime) -> bool:
    """Whether a mail still waits, and the claim on it holds."""
    row = session.execute(_CLAIM, {"mail": mail_id}).first()
    return row is not None and row.state is MailState.WAITING and (row.claimed_until or now) > now


def renew_claims(session: Session, mail_ids: Collection[int], *, now: datetime, for_s: float) -> None:
    """Keep claims that would run out while their mails are sent."""
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mail_ids), Mail.state == MailState.WAITING)
        .values(claimed_until=now + timedelta(seconds=for_s)),
        execution_options={"synchronize_session": False},
    )


def mark_sent(session: Session, mail_id: int, *, now: datetime) -> None:
    """A server took it; what it said may hold a secret and is forgotten."""
    session.execute(_SENT, {"mail": mail_id, "now": now})


def mark_failed(session: Session, mail_id: int, *, problem: str) -> None:
    """It cannot be sent, for this reason."""
    _close(session, mail_id, state=MailState.FAILED, data={}, problem=problem[:_LONGEST_PROBLEM])


def mark_withdrawn(session: Session, mail_id: int) -> None:
    """Nobody needs it any more."""
    _close(session, mail_id, state=MailState.WITHDRAWN, data={}, problem=None)


def put_off(session: Session, mail: Mail, *, now: datetime, problem: str) -> None:
    """It could not be sent now: again after a pause that grows, or failed after ``GIVEN_UP_AFTER_S``."""
    if mail.due_at < now - timedelta(seconds=GIVEN_UP_AFTER_S):
        mark_failed(session, mail.id, problem=problem)
        return
    pause_s = PAUSES_S[min(mail.attempts, len(PAUSES_S)) - 1]
    _write(
        session,
        mail.id,
        claimed_until=now + timedelta(seconds=pause_s),
        problem=problem[:_LONGEST_PROBLEM],
    )


def leave(session: Session, mail: Mail, *, until: datetime, now: datetime, problem: str) -> None:
    """Nobody can write it for now, which was no attempt: again at ``until``, or failed after ``GIVEN_UP_AFTER_S``."""
    if mail.due_at < now - timedelta(seconds=GIVEN_UP_AFTER_S):
        mark_failed(session, mail.id, problem=problem)
        return
    _write(
        session,
        mail.id,
        claimed_until=until,
        attempts=mail.attempts - 1,
        problem=problem[:_LONGEST_PROBLEM],
    )


def release(
    session: Session, mail_ids: Collection[int], *, now: datetime, problem: str | None = None
) -> None:
    """Claimed mails that were not tried go back as they were.

    :param problem: why not, for the organiser; those that nobody took for ``GIVEN_UP_AFTER_S`` fail for this reason.
    """
    mine = (Mail.id.in_(mail_ids), Mail.state == MailState.WAITING)
    if problem is not None:
        problem = problem[:_LONGEST_PROBLEM]
        session.execute(
            update(Mail)
            .where(*mine, Mail.due_at < now - timedelta(seconds=GIVEN_UP_AFTER_S))
            .values(state=MailState.FAILED, data={}, claimed_until=None, problem=problem),
            execution_options={"synchronize_session": False},
        )
    session.execute(
        update(Mail)
        .where(*mine)
        .values(claimed_until=None, attempts=Mail.attempts - 1, **({"problem": problem} if problem else {})),
        execution_options={"synchronize_session": False},
    )


def _close(session: Session, mail_id: int, **values: Any) -> None:
    _write(session, mail_id, claimed_until=None, **values)


def _write(session: Session, mail_id: int, **values: Any) -> None:
    session.execute(
        update(Mail).where(Mail.id == mail_id).values(**values),
        execution_options={"synchronize_session": False},
    )
