"""What an organiser typed and has not planned yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.model import MeetingDraft

#: Drafts that are kept for an account; the oldest go first.
MOST_DRAFTS = 20


def save_draft(
    session: Session, *, account_id: int, public_id: str, form: dict[str, Any], now: datetime
) -> None:
    """Keep a form as it stands, under an id that the page chose. Another account's draft of that id is left alone."""
    draft = load_draft(session, account_id=account_id, public_id=public_id)
    if draft is None:
        try:
            with session.begin_nested():
                session.add(
                    MeetingDraft(
                        account_id=account_id, public_id=public_id, form=form, created_at=now, updated_at=now
                    )
                )
        except IntegrityError:  # saved by another request since we looked, or somebody else's
            draft = load_draft(session, account_id=account_id, public_id=public_id)
    if draft is not None:
        draft.form, draft.updated_at = form, now
    session.flush()
    _drop_oldest(session, account_id)


def load_draft(session: Session, *, account_id: int, public_id: str) -> MeetingDraft | None:
    """A draft of an account; ``None`` when there is none of that id."""
    return session.scalar(
        select(MeetingDraft).where(MeetingDraft.account_id == account_id, MeetingDraft.public_id == public_id)
    )


def drafts_of(session: Session, *, account_id: int) -> list[MeetingDraft]:
    """The drafts of an account, the one typed last first."""
    return list(
        session.scalars(
            select(MeetingDraft)
            .where(MeetingDraft.account_id == account_id)
            .order_by(MeetingDraft.updated_at.desc(), MeetingDraft.id.desc())
        )
    )


def drop_draft(session: Session, *, account_id: int, public_id: str) -> None:
    """Forget a draft, if there is one."""
    _delete(session, MeetingDraft.account_id == account_id, MeetingDraft.public_id == public_id)


def _drop_oldest(session: Session, account_id: int) -> None:
    surplus = [draft.id for draft in drafts_of(session, account_id=account_id)[MOST_DRAFTS:]]
    if surplus:
        _delete(session, MeetingDraft.id.in_(surplus))


def _delete(session: Session, *where: Any) -> None:
    session.execute(delete(MeetingDraft).where(*where), execution_options={"synchronize_session": "fetch"})
