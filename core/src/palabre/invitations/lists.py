"""The guest list as its organiser sees it: who was sent what, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from palabre.invitations.links import Secret, token_of
from palabre.model import Invitee, JoinLink, LinkKind, Mail, MailState, Meeting


@dataclass(frozen=True)
class GuestLine:
    """One invitee with the mails to them, oldest first."""

    invitee: Invitee
    mails: tuple[Mail, ...]


class MailProgress(NamedTuple):
    """How many mails of a meeting wait, were sent, and failed."""

    waiting: int
    sent: int
    failed: int


def guest_list(
    session: Session,
    *,
    meeting: Meeting,
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
    with_removed: bool = False,
) -> list[GuestLine]:
    """The guests of a meeting by name and address, with their mails: two queries, however many there are.

    :param search: part of a name or address.
    """
    query = select(Invitee).where(Invitee.meeting_id == meeting.id)
    if not with_removed:
        query = query.where(Invitee.removed_at.is_(None))
    if search:
        query = query.where(
            or_(
                Invitee.name.icontains(search, autoescape=True),
                Invitee.email.icontains(search, autoescape=True),
            )
        )
    invitees = session.scalars(
        query.order_by(Invitee.role.desc(), Invitee.name, Invitee.email).offset(offset).limit(limit)
    ).all()
    mails: dict[int, list[Mail]] = {invitee.id: [] for invitee in invitees}
    # a long list is asked for whole: a list of ids may be longer than databases take
    about = (
        Mail.invitee_id.in_(mails)
        if len(mails) <= 500
        else (Mail.meeting_id == meeting.id) & (Mail.invitee_id > 0)
    )
    for mail in session.scalars(select(Mail).where(about).order_by(Mail.id)):
        if mail.invitee_id in mails:
            mails[mail.invitee_id].append(mail)
    return [GuestLine(invitee, tuple(mails[invitee.id])) for invitee in invitees]


def mail_progress(session: Session, *, meeting: Meeting) -> MailProgress:
    """How far the mails to the guests of a meeting are."""
    counts: dict[MailState, int] = dict(
        session.execute(
            select(Mail.state, func.count())
            .where(Mail.meeting_id == meeting.id, Mail.invitee_id.is_not(None))
            .group_by(Mail.state)
        ).all()
    )
    return MailProgress(
        *(counts.get(state, 0) for state in (MailState.WAITING, MailState.SENT, MailState.FAILED))
    )


def never_opened(session: Session, *, link: JoinLink) -> bool:
    """Whether ``opened_by_link`` has something to remember."""
    if link.kind is not LinkKind.PERSONAL:
        return False
    waiting = select(Invitee.id).where(Invitee.link_id == link.id, Invitee.opened_at.is_(None))
    return session.scalar(waiting) is not None


def opened_by_link(session: Session, *, link: JoinLink, now: datetime) -> None:
    """Somebody came to the door by this link; the first time by a personal one is remembered."""
    if link.kind is LinkKind.PERSONAL:
        session.execute(
            update(Invitee)
            .where(Invitee.link_id == link.id, Invitee.opened_at.is_(None))
            .values(opened_at=now),
            execution_options={"synchronize_session": False},
        )


def personal_address(secret: Secret, link: JoinLink, *, site: str) -> str:
    """The address of a personal link.

    :param site: address of the installation, without a slash at the end.
    """
    return f"{site}/join/{token_of(secret, link)}"
