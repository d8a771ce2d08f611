"""The tables of the ledger. Transactions and entries are only ever inserted; triggers refuse everything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.toolkit import Base, TenantScoped


class LedgerAccount(TenantScoped, Base):
    """Whose credits they are: a customer's, or one of the tenant's own accounts, where they come from and go to."""

    __tablename__ = "billing_account"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: ``customer:<public id of the account>``, ``gifts``, ``used``
    code: Mapped[str] = mapped_column(String(80))
    #: a customer's; such an account is locked while something is posted to it
    is_customer: Mapped[bool]
    #: who may spend them; ``None`` for the tenant's own, and once the person has closed the account
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), unique=True)
    created_at: Mapped[datetime]


class Transaction(TenantScoped, Base):
    """Credits that moved, for one reason, at one moment. Never changed, never deleted."""

    __tablename__ = "billing_transaction"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_billing_transaction_meeting", "tenant_id", "meeting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: names the effect, so that it is posted once: ``hour:<opening>:<hour>``
    key: Mapped[str] = mapped_column(String(200))
    #: ``gift``, ``taken``, ``debit``, ``reversal``
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    #: why, in the words of whoever did it; empty for what happens by itself
    reason: Mapped[str] = mapped_column(Text, default="")
    #: who did it; empty for what happens by itself
    author: Mapped[str] = mapped_column(String(320), default="")
    #: public id and name of the meeting behind it, as they were; both stay when the meeting is deleted
    meeting: Mapped[str | None] = mapped_column(String(32))
    meeting_name: Mapped[str] = mapped_column(String(200), default="")
    #: what it was for, in figures: class, hour, price
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: the transaction that it undoes
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("billing_transaction.id"), unique=True)

    entries: Mapped[list[Entry]] = relationship(back_populates="transaction", order_by="Entry.id")


class Entry(TenantScoped, Base):
    """What one transaction did to one account. Never changed, never deleted."""

    __tablename__ = "billing_entry"
    __table_args__ = (
        UniqueConstraint("transaction_id", "account_id"),
        CheckConstraint("credits <> 0", name="moves"),
        Index("ix_billing_entry_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("billing_transaction.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    #: credits that came (positive) or went (negative)
    credits: Mapped[int] = mapped_column(BigInteger)

    transaction: Mapped[Transaction] = relationship(back_populates="entries")


class Snapshot(TenantScoped, Base):
    """The sum of an account's entries up to one of them, so that a balance need not add up all there ever were.

    It is taken under the account's lock, so no entry with a smaller number can still come.
    """

    __tablename__ = "billing_snapshot"

    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"), primary_key=True)
    #: number of the last entry that is in the sum
    entry_id: Mapped[int]
    credits: Mapped[int] = mapped_column(BigInteger)
