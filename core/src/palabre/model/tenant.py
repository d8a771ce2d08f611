"""Tenants and the features switched on for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.model.base import Base


class Tenant(Base):
    """One brand on the installation."""

    __tablename__ = "tenant"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: short name in addresses and commands
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    #: the brand as people read it
    name: Mapped[str] = mapped_column(String(200))
    #: host name it answers to; ``None`` answers to all that no other tenant claims
    host: Mapped[str | None] = mapped_column(String(255), unique=True)
    #: whether the recommended size of a room class is a limit
    class_is_limit: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    features: Mapped[list[TenantFeature]] = relationship(
        back_populates="tenant", cascade="all, delete-orphan"
    )


class TenantFeature(Base):
    """The tenant's choice about one feature; without a row the feature's own default counts."""

    __tablename__ = "tenant_feature"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    #: name of the plugin
    feature: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: on or off
    enabled: Mapped[bool]

    tenant: Mapped[Tenant] = relationship(back_populates="features")
