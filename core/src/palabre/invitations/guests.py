"""The guest list of a meeting: who is on it, and what changes when it is set anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.invitations.links import revoke_link
from palabre.mail import check_address, clean_line
from palabre.model import Invitee, JoinLink, LinkKind, Meeting, Response, Role
from palabre.model.base import public_id
from palabre.model.guest import searched


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
    """What became of a guest list.

    :param added: addresses.
    """

    added: tuple[str, ...] = ()
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
    new: dict[str, Guest] = {}
    back, removed, changed = [], [], []
    for email, guest in wanted.items():
        invitee = known.get(email)
        if invitee is None:
            new[email] = guest
        elif invitee.removed_at is not None:
            _bring_back(meeting, invitee, guest, now)
            back.append(email)
        elif _change(session, invitee, guest):
            changed.append(invitee)
    for email, invitee in known.items():
        if email not in wanted and invitee.removed_at is None:
            invitee.removed_at = now
            revoke_link(session.get_one(JoinLink, invitee.link_id), now=now)
            removed.append(invitee)
    session.flush()
    _add(session, meeting, new, now)
    return GuestChange((*new, *back), tuple(removed), tuple(changed))


def ask_again(session: Session, *, meeting: Meeting) -> None:
    """Forget what the guests of a meeting answered: it was about another time (RFC 6638, section 3.2.8)."""
    session.execute(
        update(Invitee)
        .where(Invitee.meeting_id == meeting.id, Invitee.response != Response.NONE)
        .values(response=Response.NONE, responded_at=None),
        execution_options={"synchronize_session": "fetch"},
    )


def _checked(guest: Guest) -> Guest:
    if guest.language is not None and guest.language not in LANGUAGES:
        raise Refused(
            "bad_language", _("Mails cannot be written in {language}.").format(language=guest.language)
        )
    return Guest(guest.email, clean_line(guest.name), guest.role, guest.language, guest.time_zone)


def _add(session: Session, meeting: Meeting, new: dict[str, Guest], now: datetime) -> None:
    """Guests who were never on the list. Thousands of rows are written as rows: objects take five times as long."""
    if not new:
        return
    selectors = {public_id(): email for email in new}
    same = {"tenant_id": meeting.tenant_id, "meeting_id": meeting.id, "created_at": now}
    session.execute(
        insert(JoinLink),
        [
            same | _of_link(new[email]) | {"selector": selector, "kind": LinkKind.PERSONAL}
            for selector, email in selectors.items()
        ],
    )
    links = session.execute(
        select(JoinLink.id, JoinLink.selector).where(
            JoinLink.meeting_id == meeting.id, JoinLink.kind == LinkKind.PERSONAL
        )
    )
    session.execute(
        insert(Invitee),
        [
            same
            | _of_invitee(new[selectors[link.selector]])
            | {
                "link_id": link.id,
                "email": selectors[link.selector],
                "search_text": searched(new[selectors[link.selector]].name, selectors[link.selector]),
            }
            for link in links
            if link.selector in selectors
        ],
    )


def _bring_back(meeting: Meeting, invitee: Invitee, guest: Guest, now: datetime) -> None:
    """Somebody is on the list again: with a new link, for the old one was withdrawn for good."""
    invitee.link = JoinLink(
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.id,
        kind=LinkKind.PERSONAL,
        created_at=now,
        **_of_link(guest),
    )
    invitee.removed_at = invitee.responded_at = invitee.opened_at = invitee.bounce = None
    invitee.response = Response.NONE
    _write(invitee, guest)


def _change(session: Session, invitee: Invitee, guest: Guest) -> bool:
    same = (invitee.name, invitee.role, invitee.language, invitee.time_zone)
    if same == (guest.name, guest.role, guest.language, guest.time_zone):
        return False
    link = session.get_one(JoinLink, invitee.link_id)
    link.role, link.name = guest.role, guest.name
    _write(invitee, guest)
    return True


def _write(invitee: Invitee, guest: Guest) -> None:
    for name, value in _of_invitee(guest).items():
        setattr(invitee, name, value)


def _of_invitee(guest: Guest) -> dict[str, Any]:
    return {
        "name": guest.name,
        "role": guest.role,
        "language": guest.language,
        "time_zone": guest.time_zone,
    }


def _of_link(guest: Guest) -> dict[str, Any]:
    return {"name": guest.name, "role": guest.role}
