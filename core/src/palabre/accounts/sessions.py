"""Browsers that are signed in: a row for each, of which the browser bears the key."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from palabre.mail import clean_line
from palabre.model import Account, AccountSession

#: A browser that was not seen for so long is signed out, in days.
FORGOTTEN_AFTER_D = 30
#: How often it is written down that a browser was seen, in minutes: not at every request.
SEEN_EVERY_MIN = 5


def begin_session(session: Session, account: Account, *, user_agent: str, address: str, now: datetime) -> str:
    """Sign a browser in; the key that it has to bear from now on, which is kept as a hash only."""
    key = secrets.token_urlsafe(32)
    session.add(
        AccountSession(
            tenant_id=account.tenant_id,
            account_id=account.id,
            key_hash=_hash(key),
            user_agent=clean_line(user_agent, longest=300),
            address=address[:64],
            created_at=now,
            last_seen_at=now,
        )
    )
    session.flush()
    return key


def session_of(session: Session, key: str, *, now: datetime) -> tuple[AccountSession, Account] | None:
    """Who is signed in with a key; ``None`` when nobody is, any more."""
    row = session.execute(
        select(AccountSession, Account)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.key_hash == _hash(key),
            AccountSession.ended_at.is_(None),
            AccountSession.last_seen_at > now - timedelta(days=FORGOTTEN_AFTER_D),
            Account.is_active,
            Account.confirmed_at.is_not(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def is_to_be_noted(found: AccountSession, *, now: datetime) -> bool:
    """Whether it is time to write down that a browser was seen."""
    return now - found.last_seen_at > timedelta(minutes=SEEN_EVERY_MIN)


def note_seen(session: Session, found: AccountSession, *, address: str, now: datetime) -> None:
    """Write down that a browser was seen, and from where."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.id == found.id)
        .values(last_seen_at=now, address=address[:64])
    )


def sessions_of(session: Session, account: Account, *, now: datetime) -> list[AccountSession]:
    """The browsers that are signed in, the last seen first."""
    return list(
        session.scalars(
            select(AccountSession)
            .where(
                AccountSession.account_id == account.id,
                AccountSession.ended_at.is_(None),
                AccountSession.last_seen_at > now - timedelta(days=FORGOTTEN_AFTER_D),
            )
            .order_by(AccountSession.last_seen_at.desc())
        )
    )


def end_session(session: Session, account_id: int, public_id: str, *, now: datetime) -> bool:
    """Sign one browser out; ``False`` when there is none of that id."""
    ended = session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.public_id == public_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult


def end_other_sessions(session: Session, account_id: int, *, but: str, now: datetime) -> None:
    """Sign every browser out but the one whose session has the public id ``but``."""
    session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.public_id != but,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def end_sessions(session: Session, account: Account, *, now: datetime) -> None:
    """Sign every browser out."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
