"""The account that asks, and its own meetings; anybody else's are not found."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre.meetings import find_own
from palabre.model import Account, Invitee, Meeting
from palabre_webui.sign_in import require_signed_in


def organiser(session: Session) -> Account:
    """The account that is signed in."""
    return session.get_one(Account, require_signed_in().id)


def own_meeting(session: Session, public_id: str) -> Meeting:
    """A meeting of the account that is signed in.

    :raises NotFound: ``unknown_meeting`` for any other.
    """
    return find_own(session, organiser_id=require_signed_in().id, public_id=public_id)


def guest_count(session: Session, meeting: Meeting) -> int:
    """How many people are on a meeting's guest list."""
    query = select(func.count(Invitee.id)).where(
        Invitee.meeting_id == meeting.id, Invitee.removed_at.is_(None)
    )
    return session.scalar(query) or 0
