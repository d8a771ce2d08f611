"""The journal of a room: what happened, in order; the acts that were done; snapshots that keep reading short."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from palabre.model.base import Base, TenantScoped


class JournalEvent(TenantScoped, Base):
    """One thing that happened. Never changed, never removed while the meeting is kept."""

    __tablename__ = "journal_event"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    #: number in the room's journal, from 1, without gaps
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: ``hand_raised``, ``whiteboard.stroke_added``
    kind: Mapped[str] = mapped_column(String(100))
    #: public id of the participant who did it; ``None`` when the room itself did
    actor: Mapped[str | None] = mapped_column(String(32))
    #: ``all``, or ``presenters`` (and always the actor)
    audience: Mapped[str] = mapped_column(String(32), default="all")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class PerformedAct(TenantScoped, Base):
    """An act that was done, so that the same id sent twice is one act."""

    __tablename__ = "performed_act"
    __table_args__ = (Index("ix_performed_act_at", "at"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    participant: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: identifier chosen by the sender
    act_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: number of the last event it appended, or where the journal stood
    seq: Mapped[int]
    at: Mapped[datetime]


class RoomSnapshot(TenantScoped, Base):
    """The state of a room after one event; reading starts there."""

    __tablename__ = "room_snapshot"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    #: number of the last event in it
    seq: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
