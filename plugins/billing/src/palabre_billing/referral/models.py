"""Who brought whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from palabre.toolkit import Base, TenantScoped, public_id


class Referrer(TenantScoped, Base):
    """Somebody who has a link of their own."""

    __tablename__ = "billing_referrer"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    #: in the personal link
    code: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: how many were invited by mail so far
    mailed: Mapped[int] = mapped_column(default=0)


class Referral(TenantScoped, Base):
    """Somebody who signed up by the link of somebody else."""

    __tablename__ = "billing_referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referrer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    referred_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), unique=True
    )
    created_at: Mapped[datetime]
    #: when the first payment decided it
    decided_at: Mapped[datetime | None]
    #: why there was no bonus: ``same_address``, ``same_payer``, ``no_bonus``; empty when there was one
    refused: Mapped[str] = mapped_column(String(32), default="")
