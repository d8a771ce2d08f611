"""People an organiser knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.model.base import Base, TenantScoped, public_id


class Contact(TenantScoped, Base):
    """Somebody in an account's address book."""

    __tablename__ = "contact"
    __table_args__ = (
        # Those that are removed and may still come back stand in nobody's way.
        Index(
            "uq_contact_account_email",
            "account_id",
            "email",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_contact_account_phone", "account_id", "phone"),
        Index("ix_contact_account_sort", "account_id", "sort_key", "id"),
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
    #: name, or what else is known, without accents and in lower case: what lists are ordered by
    sort_key: Mapped[str] = mapped_column(String(600), default="")
    #: name, address, telephone number and labels, likewise: what searches look in
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: when it was taken off; kept for a while so that this can be undone
    removed_at: Mapped[datetime | None] = mapped_column(index=True)

    labels: Mapped[list[ContactLabel]] = relationship(
        back_populates="contact", cascade="all, delete-orphan", order_by="ContactLabel.label"
    )


class ContactLabel(TenantScoped, Base):
    """One label of a contact."""

    __tablename__ = "contact_label"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(64), primary_key=True)

    contact: Mapped[Contact] = relationship(back_populates="labels")
