"""What was opened, at which price, and what became of each of its hours."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from palabre.toolkit import Base, TenantScoped, enum_column


class Opening(TenantScoped, Base):
    """One time that a room is open and somebody pays for it. Price and class stay as they were at the start."""

    __tablename__ = "billing_opening"
    __table_args__ = (
        UniqueConstraint("tenant_id", "meeting", "after_seq"),
        Index("ix_billing_opening_payer", "payer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the meeting's row, while there is one; and its public id, which stays
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    meeting: Mapped[str] = mapped_column(String(32))
    meeting_name: Mapped[str] = mapped_column(String(200))
    #: where the room's journal stood before it was opened; names the opening for ever
    after_seq: Mapped[int]
    payer_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("billing_price_list.id"))
    room_class: Mapped[str] = mapped_column(String(8))
    #: credits for each started hour
    credits: Mapped[int]
    #: from when the hours count
    started_at: Mapped[datetime]

    @property
    def key(self) -> str:
        """Names the opening in keys of transactions and duties."""
        return f"{self.meeting}:{self.after_seq}"


class Fate(Enum):
    """What became of an hour that began: paid, one of the month's free ones, or not charged for our own fault."""

    PAID = "paid"
    FREE = "free"
    WAIVED = "waived"


class ChargedHour(TenantScoped, Base):
    """An hour that began while the room was open. Never changed, never deleted."""

    __tablename__ = "billing_hour"
    __table_args__ = (UniqueConstraint("opening_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("billing_opening.id"))
    #: from 0, without gaps
    number: Mapped[int]
    starts_at: Mapped[datetime]
    fate: Mapped[Fate] = mapped_column(enum_column(Fate))
    #: what was paid for it
    credits: Mapped[int]
    #: by which it was paid; ``None`` when nothing was
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("billing_transaction.id"), unique=True)


class Use(TenantScoped, Base):
    """Something else than the room that another plugin said was used. Never changed, never deleted."""

    __tablename__ = "billing_use"
    __table_args__ = (UniqueConstraint("tenant_id", "chargeable", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: public id and name of the meeting, as they were; both stay when the meeting is deleted
    meeting: Mapped[str] = mapped_column(String(32))
    meeting_name: Mapped[str] = mapped_column(String(200))
    #: what was used, as the other plugin declared it, and by which name it calls this use
    chargeable: Mapped[str] = mapped_column(String(64))
    variant: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(100))
    payer_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("billing_price_list.id"))
    quantity: Mapped[int]
    #: what was paid for it; 0 for what is free
    credits: Mapped[int]
    at: Mapped[datetime]
    #: by which it was paid; ``None`` when nothing was
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("billing_transaction.id"), unique=True)
