"""The tables of prices. A list and its prices are only ever inserted; triggers refuse everything else."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.toolkit import Base, TenantScoped, enum_column


class PriceList(TenantScoped, Base):
    """One version of a tenant's prices."""

    __tablename__ = "billing_price_list"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("free_hours >= 0", name="free_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: from 1, without gaps; the greatest is in force
    number: Mapped[int]
    #: started hours that each customer has free in each month (UTC)
    free_hours: Mapped[int]
    #: who made it; empty for the defaults
    author: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime]

    prices: Mapped[list[Price]] = relationship(back_populates="price_list", order_by="Price.id")


class Price(TenantScoped, Base):
    """What one unit of one chargeable costs in one list."""

    __tablename__ = "billing_price"
    __table_args__ = (
        UniqueConstraint("price_list_id", "chargeable", "variant"),
        CheckConstraint("credits >= 0", name="credits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    price_list_id: Mapped[int] = mapped_column(ForeignKey("billing_price_list.id"))
    #: ``room``, or what a plugin declares
    chargeable: Mapped[str] = mapped_column(String(64))
    #: class of a room; empty where there is one price
    variant: Mapped[str] = mapped_column(String(32))
    #: credits for a unit; 0 is free
    credits: Mapped[int]

    price_list: Mapped[PriceList] = relationship(back_populates="prices")


class WhenEmpty(Enum):
    """What becomes of a live meeting whose organiser cannot pay the next hour."""

    STOP = "stop"
    DEBT = "debt"


class Terms(TenantScoped, Base):
    """What a tenant chose; without a row, meetings stop."""

    __tablename__ = "billing_terms"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("allowed_debt >= 0", name="allowed_debt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    when_empty: Mapped[WhenEmpty] = mapped_column(enum_column(WhenEmpty))
    #: credits that a customer may owe for meetings that go on
    allowed_debt: Mapped[int]
