"""Meetings and the links by which people come in."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from palabre.i18n.folding import folded
from palabre.model.base import Base, TenantScoped, enum_column, public_id


class MeetingState(Enum):
    """planned → live → ended, or cancelled."""

    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class RoomClass(Enum):
    """Recommended size of a room; a limit only where the tenant says so."""

    S = "S"
    M = "M"
    L = "L"
    XL = "XL"

    @property
    def recommended_size(self) -> int:
        """How many people the class is meant for."""
        return {"S": 5, "M": 15, "L": 25, "XL": 80}[self.value]


class Role(Enum):
    """What a person is in a meeting."""

    PRESENTER = "presenter"
    GUEST = "guest"


class Microphones(Enum):
    """Whether guests open their microphone as they like or only with the floor."""

    FREE = "free"
    FLOOR = "floor"


class LinkKind(Enum):
    """Personal: one invitee. Public: anyone it is given to."""

    PERSONAL = "personal"
    PUBLIC = "public"


class Meeting(TenantScoped, Base):
    """Something planned, with the room where it happens."""

    __tablename__ = "meeting"
    __table_args__ = (
        Index("ix_meeting_organiser_state_start", "organiser_id", "state", "starts_at"),
        Index("ix_meeting_state_start", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: ``web``; plugins add other kinds
    kind: Mapped[str] = mapped_column(String(32), default="web")
    name: Mapped[str] = mapped_column(String(200))
    #: the name without accents and in one case, which searches look in; kept by ``name``
    search_name: Mapped[str] = mapped_column(String(800), default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="")
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    state: Mapped[MeetingState] = mapped_column(enum_column(MeetingState), default=MeetingState.PLANNED)
    room_class: Mapped[RoomClass] = mapped_column(enum_column(RoomClass), default=RoomClass.S)
    #: planned start of the occurrence that is live or next, or of the last one; ``None`` is a room that is always open
    starts_at: Mapped[datetime | None]
    #: expected duration, in minutes
    duration_min: Mapped[int] = mapped_column(default=60, server_default="60")
    #: IANA name of the zone it was planned in
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    #: when the room really opened and closed
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: guests wait until a presenter is there
    wait_for_presenter: Mapped[bool] = mapped_column(default=False)
    #: may guests open their microphone without the floor
    microphones: Mapped[Microphones] = mapped_column(enum_column(Microphones), default=Microphones.FREE)
    #: a demonstration: the first who enters is presenter, and the room never ends for good
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    #: names of the features pinned when the room opened, separated by spaces; ``None`` while planned
    pinned_features: Mapped[str | None] = mapped_column(Text)
    #: number of the last event in the journal
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    #: rule of a repeated meeting (RFC 5545 RRULE value, always with COUNT or UNTIL); ``None`` takes place once
    repeat_rule: Mapped[str | None] = mapped_column(String(300))
    #: start from which ``repeat_rule`` counts, or of the only time; times that took place under an earlier rule lie
    #: before it. ``None`` for a room that is always open
    first_start: Mapped[datetime | None]
    #: has a public link, that anyone may be given
    is_public: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: a presenter may open it before its start
    early_entry: Mapped[bool] = mapped_column(default=True, server_default="1")
    #: options of plugins: ``{"<plugin>": {"<option>": value}}``
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    #: the organiser's words in the invitation
    words: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: invitations are mailed when it is planned
    mail_on_planning: Mapped[bool] = mapped_column(default=True, server_default="1")
    #: reminders so many minutes before each start
    mail_before_min: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    #: a mail is sent when it starts
    mail_at_start: Mapped[bool] = mapped_column(default=False, server_default="0")
    #: number of the planning that the guests know (iCalendar SEQUENCE): grows with a change that matters to them
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    #: grows with every edit, so that of two editors the second is told
    edit: Mapped[int] = mapped_column(default=0, server_default="0")
    #: draft it was planned from, so that a second click plans nothing
    planned_from: Mapped[str | None] = mapped_column(String(32), unique=True)
    #: why it could not start by itself, in the organiser's language; ``None`` when nothing kept it
    start_refused: Mapped[str | None] = mapped_column(Text)

    #: no column: planned by this very object, so that plugins are told once however often *Plan* was pressed
    is_news = False

    links: Mapped[list[JoinLink]] = relationship(back_populates="meeting", cascade="all, delete-orphan")
    occurrences: Mapped[list[Occurrence]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="Occurrence.starts_at"
    )

    @validates("name")
    def _keep_search_name(self, _key: str, name: str) -> str:
        self.search_name = folded(name)
        return name


class Occurrence(TenantScoped, Base):
    """One time that a meeting takes place. A meeting with a start has at least one; it is in the meeting's states."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("meeting_id", "recurrence_id"),
        Index("ix_occurrence_state_start", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    #: start according to the rule, which names it for ever (iCalendar RECURRENCE-ID), moved or not
    recurrence_id: Mapped[datetime]
    #: planned start
    starts_at: Mapped[datetime]
    #: expected duration, in minutes
    duration_min: Mapped[int]
    #: planned differently from the rule
    is_exception: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MeetingState] = mapped_column(enum_column(MeetingState), default=MeetingState.PLANNED)
    #: when it really began and ended; one that nobody opened has neither
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="occurrences")


class JoinLink(TenantScoped, Base):
    """A way into a meeting. The address holds the selector and a code derived from the installation's secret."""

    __tablename__ = "join_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    #: public half of the token, by which the row is found
    selector: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    kind: Mapped[LinkKind] = mapped_column(enum_column(LinkKind))
    role: Mapped[Role] = mapped_column(enum_column(Role), default=Role.GUEST)
    #: name proposed to the person; empty on a public link
    name: Mapped[str] = mapped_column(String(200), default="")
    #: the organiser whose own way in it is; ``None`` for everybody else's
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship(back_populates="links")
