"""The guest list of a meeting, and what an organiser has not planned yet."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from palabre.i18n.folding import folded
from palabre.model.base import Base, TenantScoped, enum_column, public_id
from palabre.model.meeting import JoinLink, Role


class Response(Enum):
    """What an invitee answered to the calendar invitation (RFC 5545 PARTSTAT)."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Invitee(TenantScoped, Base):
    """Somebody on a meeting's guest list, with a personal link."""

    __tablename__ = "invitee"
    __table_args__ = (UniqueConstraint("meeting_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    #: the personal link
    link_id: Mapped[int] = mapped_column(ForeignKey("join_link.id", ondelete="CASCADE"), unique=True)
    #: address in lower case; at most one invitee of a meeting has it
    email: Mapped[str] = mapped_column(String(320))
    #: name proposed to the person; may be empty
    name: Mapped[str] = mapped_column(String(200), default="")
    #: name and address without accents and in one case, which searches look in; kept by ``name`` and ``email``
    search_text: Mapped[str] = mapped_column(String(1200), default="")
    role: Mapped[Role] = mapped_column(enum_column(Role), default=Role.GUEST)
    #: language tag of their mails; ``None`` is the organiser's
    language: Mapped[str | None] = mapped_column(String(16))
    #: IANA time-zone name; ``None`` is the meeting's
    time_zone: Mapped[str | None] = mapped_column(String(64))
    response: Mapped[Response] = mapped_column(enum_column(Response), default=Response.NONE)
    responded_at: Mapped[datetime | None]
    #: first time somebody came to the door by the personal link
    opened_at: Mapped[datetime | None]
    #: why mail to the address came back, as its server said; ``None`` as far as is known it arrives
    bounce: Mapped[str | None] = mapped_column(String(500))
    #: taken off the list: the link is dead, a cancellation is mailed
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    link: Mapped[JoinLink] = relationship()

    @validates("name", "email")
    def _keep_search_text(self, key: str, text: str) -> str:
        name, email = (text, self.email) if key == "name" else (self.name, text)
        self.search_text = searched(name or "", email or "")
        return text


def searched(name: str, email: str) -> str:
    """What searches for an invitee look in."""
    return folded(f"{name} {email}")


class MeetingDraft(TenantScoped, Base):
    """A planning form as it stands while somebody types."""

    __tablename__ = "meeting_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: the form's fields as typed, valid or not
    form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
