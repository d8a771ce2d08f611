"""The guest list of a meeting: who is on it, and what changes when it is set anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.invitations.links import revoke_link
from palabre.mail import check_address, clean_line
from palabre.model import Invitee, JoinLink, LinkKind, Meeting, Response, Role


@dataclass(frozen=True)
class Guest:
    """Somebody to invite.

    :param language: language tag of their mails; ``None`` is the organiser's.
    :param time_zone: IANA name; ``None`` is the meeting's.
    """

    email: str
    name: str = ""
    role: Role = Role.GUEST
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True)
class GuestChange:
    """What became of a guest list."""

    added: tuple[Invitee, ...] = ()
    removed: tuple[Invitee, ...] = ()
    changed: tuple[Invitee, ...] = ()


def set_guests(session: Session, *, meeting: Meeting, guests: Iterable[Guest], now: datetime) -> GuestChange:
    """Make this the guest list of a meeting, in the caller's transaction. The first of two with one address counts.

    Who is no longer on it keeps a row and loses the link; ``send_cancellation`` with ``removed`` tells them, and
    ``invite`` invites who is new.

    :raises Refused: ``bad_address``, ``bad_language``.
    """
    wanted: dict[str, Guest] = {}
    for guest in guests:
        wanted.setdefault(check_address(guest.email), _checked(guest))
    known = {
        invitee.email: invitee
        for invitee in session.scalars(select(Invitee).where(Invitee.meeting_id == meeting.id))
    }
    added, removed, changed = [], [], []
    for email, guest in wanted.items():
        invitee = known.get(email)
        if invitee is None or invitee.removed_at is not None:
            added.append(_add(session, meeting, invitee, email, guest, now))
        elif _change(session, invitee, guest):
            changed.append(invitee)
    for email, invitee in known.items():
        if email not in wanted and invitee.removed_at is None:
            invitee.removed_at = now
            revoke_link(session.get_one(JoinLink, invitee.link_id), now=now)
            removed.append(invitee)
    session.flush()
    return GuestChange(tuple(added), tuple(removed), tuple(changed))


def _checked(guest: Guest) -> Guest:
    if guest.language is not None and guest.language not in LANGUAGES:
        raise Refused(
            "bad_language", _("Mails cannot be written in {language}.").format(language=guest.language)
        )
    return Guest(guest.email, clean_line(guest.name), guest.role, guest.language, guest.time_zone)


def _add(
    session: Session, meeting: Meeting, invitee: Invitee | None, email: str, guest: Guest, now: datetime
) -> Invitee:
    link = JoinLink(
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.id,
        kind=LinkKind.PERSONAL,
        role=guest.role,
        name=guest.name,
        created_at=now,
    )
    if invitee is None:
        invitee = Invitee(tenant_id=meeting.tenant_id, meeting_id=meeting.id, email=email, created_at=now)
        session.add(invitee)
    else:  # back on the list: a new link, for the old one was withdrawn for good
        invitee.removed_at = invitee.responded_at = invitee.opened_at = invitee.bounce = None
        invitee.response = Response.NONE
    invitee.link = link
    _write(invitee, guest)
    return invitee


def _change(session: Session, invitee: Invitee, guest: Guest) -> bool:
    same = (invitee.name, invitee.role, invitee.language, invitee.time_zone)
    if same == (guest.name, guest.role, guest.language, guest.time_zone):
        return False
    link = session.get_one(JoinLink, invitee.link_id)
    link.role, link.name = guest.role, guest.name
    _write(invitee, guest)
    return True


def _write(invitee: Invitee, guest: Guest) -> None:
    invitee.name, invitee.role = guest.name, guest.role
    invitee.language, invitee.time_zone = guest.language, guest.time_zone
