"""To which guests a mail goes, batch by batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from palabre.i18n import LANGUAGES
from palabre.invitations.inviter import Inviter, inviter_of
from palabre.mail import NewMail, queue_mails
from palabre.model import Invitee, JoinLink, Mail, MailState, Meeting, Response

#: Kinds of mail that tell a guest of the meeting.
GUEST_KINDS = ("invitation", "update", "reminder", "start")
#: Rows of mail written in one transaction.
BATCH = 200


def language_of(invitee: Invitee, organiser: Inviter | None) -> str:
    """The language an invitee's mails are written in."""
    return invitee.language or (organiser.language if organiser else LANGUAGES[0])


def mail_to(
    invitee: Invitee, *, key: str, kind: str, language: str, data: dict[str, Any] | None = None
) -> NewMail:
    """A mail to an invitee."""
    return NewMail(
        key, kind, invitee.email, language, invitee.name, invitee.meeting_id, invitee.id, None, data or {}
    )


def told() -> ColumnElement[bool]:
    """Whether an invitee knows of the meeting: a mail was sent since they came on the list, or is on its way."""
    on_its_way = and_(Mail.state == MailState.WAITING, Mail.attempts > 0)
    return _has_mail(GUEST_KINDS, or_(Mail.state == MailState.SENT, on_its_way))


def fan_out(
    session: Session,
    *,
    meeting: Meeting,
    order: dict[str, Any],
    owed_as: str,
    now: datetime,
    limit: int = BATCH,
) -> int | None:
    """Owe the next batch of a mail to everybody, in the caller's transaction.

    :param order: what the duty says: ``mail`` (the kind), ``occurrence``, ``minutes``, ``organiser`` where the account
        may be closed meanwhile, and ``after``, the last invitee who has theirs.
    :param owed_as: the duty's key.
    :returns: the last invitee of this batch, ``None`` when it was the last batch.
    """
    kind: str = order["mail"]
    organiser = inviter_of(session, meeting, order.get("organiser"))
    invitees = session.scalars(
        select(Invitee)
        .where(
            Invitee.meeting_id == meeting.id,
            Invitee.removed_at.is_(None),
            Invitee.id > order["after"],
            _audience(kind),
        )
        .order_by(Invitee.id)
        .limit(limit)
    ).all()
    data = {name: order[name] for name in ("occurrence", "minutes", "organiser") if order.get(name)}
    mails = [
        mail_to(
            invitee,
            key=f"invite:{meeting.id}:{_moment(kind, order, meeting, owed_as)}.{invitee.link_id}:{invitee.id}",
            kind=kind,
            language=language_of(invitee, organiser),
            data=data,
        )
        for invitee in invitees
    ]
    queue_mails(session, mails, tenant_id=meeting.tenant_id, now=now)
    return invitees[-1].id if len(invitees) == limit else None


def _audience(kind: str) -> ColumnElement[bool]:
    if kind == "invitation":
        return ~_has_mail(("invitation",), Mail.state != MailState.WITHDRAWN)
    if kind in ("update", "cancellation"):
        return told()
    return Invitee.response != Response.DECLINED


def _moment(kind: str, order: dict[str, Any], meeting: Meeting, owed_as: str) -> str:
    """Names the occasion, so that it is mailed once; with the link, for who comes back on the list is somebody new.

    Two changes that are told at once are one update. What has a moment of its own is named by its duty: a worker that
    was killed half way goes on after a change as before it.
    """
    if kind == "invitation":
        return f"{kind}.{meeting.revision}"
    if kind == "update":
        return f"{kind}.{meeting.revision}.{order['occurrence'] or 'all'}"
    return f"{kind}.{owed_as}"


def _has_mail(kinds: tuple[str, ...], state: ColumnElement[bool]) -> ColumnElement[bool]:
    # said aloud, because two subqueries deep SQLAlchemy would join the table of invitees anew
    since = (
        select(JoinLink.created_at).where(JoinLink.id == Invitee.link_id).correlate(Invitee).scalar_subquery()
    )
    return (
        select(Mail.id)
        .where(Mail.invitee_id == Invitee.id, Mail.kind.in_(kinds), Mail.created_at >= since, state)
        .exists()
    )
