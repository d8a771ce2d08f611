"""People an organiser knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.model.base import Base, TenantScoped, public_id


class Contact(TenantScoped, Base):
    """Somebody in an account's address book."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("account_id", "email"),
        Index("ix_contact_account_sort", "account_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200), default="")
    #: e-mail address in lower case; ``None`` when only a telephone number is known
    email: Mapped[str | None] = mapped_column(String(320))
    #: telephone number in E.164
    phone: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str] = mapped_column(Text, default="")
    #: name and address without accents, in lower case: what lists are ordered by and searches look in
    sort_key: Mapped[str] = mapped_column(String(600), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    labels: Mapped[list[ContactLabel]] = relationship(
        back_populates="contact", cascade="all, delete-orphan", order_by="ContactLabel.label"
    )


class ContactLabel(TenantScoped, Base):
    """One label of a contact."""

    __tablename__ = "contact_label"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(64), primary_key=True)

    contact: Mapped[Contact] = relationship(back_populates="labels")
