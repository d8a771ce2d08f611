"""Who is, or was, in a room, and the lease that says a connection is alive."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from palabre.model.base import Base, TenantScoped, enum_column, public_id
from palabre.model.meeting import Role


class Presence(Enum):
    """Where a participant stands."""

    WAITING = "waiting"
    PRESENT = "present"
    LEFT = "left"


class Participant(TenantScoped, Base):
    """Someone who came to a room, by web or telephone, invited or by the public link."""

    __tablename__ = "participant"
    __table_args__ = (Index("ix_participant_presence_lease", "presence", "lease_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("join_link.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    #: role now, or when they were last there
    role: Mapped[Role] = mapped_column(enum_column(Role))
    #: ``web``; plugins add other ways, such as ``phone``
    via: Mapped[str] = mapped_column(String(32), default="web")
    presence: Mapped[Presence] = mapped_column(enum_column(Presence))
    #: why one waits: ``presenter``, ``locked`` or ``not_started``; ``None`` when not waiting
    waiting_for: Mapped[str | None] = mapped_column(String(32))
    #: set by a presenter's *Admit*
    admitted_at: Mapped[datetime | None]
    #: SHA-256 of the secret with which the same browser comes back, in hexadecimal
    secret_hash: Mapped[str] = mapped_column(String(64))
    #: identifier of the connection that holds the lease; a newer connection replaces an older one
    connection: Mapped[str | None] = mapped_column(String(64), index=True)
    #: the connection is believed alive until then
    lease_until: Mapped[datetime | None]
    entered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    #: ``left``, ``lost``, ``removed`` or ``ended``
    left_reason: Mapped[str | None] = mapped_column(String(32))
