"""People who can sign in to a tenant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from palabre.model.base import Base, TenantScoped, public_id


class Account(TenantScoped, Base):
    """A person who can sign in; the organiser of the meetings it plans."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: e-mail address in lower case, unique in the tenant
    email: Mapped[str] = mapped_column(String(320))
    #: name as others read it
    name: Mapped[str] = mapped_column(String(200))
    #: argon2id hash; ``None`` until a password is set
    password_hash: Mapped[str | None] = mapped_column(String(255))
    #: whether this account runs the installation
    is_operator: Mapped[bool] = mapped_column(default=False)
    #: language tag, ``fr`` or ``en``
    language: Mapped[str] = mapped_column(String(16), default="en")
    #: IANA time-zone name
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    created_at: Mapped[datetime]
