"""The ways into a meeting that belong to nobody on its guest list: the public link, and the organiser's own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.invitations import make_link, revoke_link
from palabre.model import Account, JoinLink, LinkKind, Meeting, Role


def public_link(session: Session, *, meeting: Meeting) -> JoinLink | None:
    """The link that anyone may be given; ``None`` when the meeting has none."""
    return session.scalar(
        select(JoinLink)
        .where(
            JoinLink.meeting_id == meeting.id,
            JoinLink.kind == LinkKind.PUBLIC,
            JoinLink.revoked_at.is_(None),
        )
        .order_by(JoinLink.id)
        .limit(1)
    )


def renew_public_link(session: Session, *, meeting: Meeting, now: datetime) -> JoinLink:
    """Another public link; the old one lets nobody in any more. Who is in the room stays.

    :raises Refused: code ``not_public``.
    """
    if not meeting.is_public:
        raise Refused("not_public", _("This meeting has no public link."))
    close_public_link(session, meeting=meeting, now=now)
    return open_public_link(session, meeting=meeting, now=now)


def open_public_link(session: Session, *, meeting: Meeting, now: datetime) -> JoinLink:
    """The public link, made when there is none."""
    known = public_link(session, meeting=meeting)
    return known or make_link(session, meeting=meeting, kind=LinkKind.PUBLIC, role=Role.GUEST, now=now)


def close_public_link(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Whatever public link there is lets nobody in any more."""
    for link in session.scalars(
        select(JoinLink).where(
            JoinLink.meeting_id == meeting.id,
            JoinLink.kind == LinkKind.PUBLIC,
            JoinLink.revoked_at.is_(None),
        )
    ):
        revoke_link(link, now=now)


def organiser_link(session: Session, *, meeting: Meeting, now: datetime) -> JoinLink:
    """The organiser's own way in, as a presenter; made the first time. It is on no guest list.

    :raises Refused: code ``no_organiser``, when the organiser's account is gone.
    """
    organiser = session.get(Account, meeting.organiser_id) if meeting.organiser_id is not None else None
    if organiser is None:
        raise Refused("no_organiser", _("This meeting has no organiser any more."))
    link = session.scalar(
        select(JoinLink).where(
            JoinLink.meeting_id == meeting.id,
            JoinLink.account_id == organiser.id,
            JoinLink.revoked_at.is_(None),
        )
    )
    if link is None:
        link = make_link(
            session,
            meeting=meeting,
            kind=LinkKind.PERSONAL,
            role=Role.PRESENTER,
            now=now,
            name=organiser.name,
        )
        link.account_id = organiser.id
    return link
