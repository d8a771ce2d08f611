"""Obligations with a time, and mail that is to be sent. Each is a row, so a killed process loses none."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from palabre.model.base import Base, TenantScoped, enum_column, public_id


class Duty(TenantScoped, Base):
    """Something that has to be done once, at its time or as soon as possible after it."""

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_open_due", "is_open", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: names the effect, so that it is owed once: ``start:<meeting>:<occurrence>``
    key: Mapped[str] = mapped_column(String(200), unique=True)
    #: what is to be done: ``meeting.start``; a plugin's begin with its name
    kind: Mapped[str] = mapped_column(String(64))
    #: what else whoever does it needs to know
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: the meeting it is about, with which it goes away
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    #: neither done nor given up nor withdrawn
    is_open: Mapped[bool] = mapped_column(default=True)
    done_at: Mapped[datetime | None]
    #: how often it was tried
    attempts: Mapped[int] = mapped_column(default=0)
    #: a worker is at it until then; afterwards another may take it
    claimed_until: Mapped[datetime | None]
    #: why the last attempt failed
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class MailState(Enum):
    """waiting → sent or failed, or withdrawn before it was sent."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Mail(TenantScoped, Base):
    """One mail to one person. What it says is written when it is sent."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_state_due", "state", "due_at"),
        Index("ix_mail_meeting_state", "meeting_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: names the effect, so that it is sent once: ``invite:<meeting>:<moment>:<invitee>``
    key: Mapped[str] = mapped_column(String(200), unique=True)
    #: which mail: ``invitation``, ``update``, ``cancellation``, ``reminder``, ``start``, ``summary``, ``confirm`` …
    kind: Mapped[str] = mapped_column(String(64))
    #: address and name it goes to
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    #: language tag it is written in
    language: Mapped[str] = mapped_column(String(16))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    invitee_id: Mapped[int | None] = mapped_column(ForeignKey("invitee.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: what the mail's text needs beside the rows above; emptied once it is sent, for it may hold a secret
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[MailState] = mapped_column(enum_column(MailState), default=MailState.WAITING)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    #: a worker is at it until then; afterwards another may take it
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    #: why it could not be sent, as the mail server said
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
