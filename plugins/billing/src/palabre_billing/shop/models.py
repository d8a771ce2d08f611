"""What a tenant sells, and what was ordered. Amounts are integers in the currency's minor unit (ISO 4217)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.toolkit import Base, TenantScoped, enum_column, public_id
from palabre_billing.ledger import LedgerAccount


class Seller(TenantScoped, Base):
    """Who sells credits to a tenant's customers; without a row nothing can be bought."""

    __tablename__ = "billing_seller"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate"),
        CheckConstraint("referrer_bonus >= 0 AND referred_bonus >= 0", name="bonus"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: as it stands on invoices
    name: Mapped[str] = mapped_column(String(200))
    #: lines of the postal address, without the country
    address: Mapped[str] = mapped_column(Text)
    #: ISO 3166-1 alpha-2
    country: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = mapped_column(String(320), default="")
    #: with the letters of its country; empty for a seller that charges no VAT
    vat_number: Mapped[str] = mapped_column(String(20), default="")
    #: register and number, such as *RCS Lyon 123 456 789*
    registration: Mapped[str] = mapped_column(String(200), default="")
    #: ISO 4217
    currency: Mapped[str] = mapped_column(String(3))
    #: hundredths of a per cent: 2000 is 20 %
    vat_rate: Mapped[int]
    #: credits for whoever brought a customer, and for that customer, at the first payment
    referrer_bonus: Mapped[int] = mapped_column(default=0)
    referred_bonus: Mapped[int] = mapped_column(default=0)


class Pack(TenantScoped, Base):
    """Credits that are sold together."""

    __tablename__ = "billing_pack"
    __table_args__ = (
        CheckConstraint("credits > 0", name="credits"),
        CheckConstraint("net > 0", name="net"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    credits: Mapped[int]
    #: price without VAT
    net: Mapped[int] = mapped_column(BigInteger)
    #: ISO 4217, the seller's when it was made
    currency: Mapped[str] = mapped_column(String(3))
    #: hundredths of a per cent
    vat_rate: Mapped[int]
    created_at: Mapped[datetime]
    #: not sold any more
    withdrawn_at: Mapped[datetime | None]


class OrderState(Enum):
    """Where an order stands.

    ``waiting``: for the money. ``paid``: the credits are there. ``cancelled``: nobody waits any more; money that
    comes all the same is credited. ``returned``: all the money went back, and the credits with it.
    """

    WAITING = "waiting"
    PAID = "paid"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class VatTreatment(Enum):
    """Why an order bears the VAT it bears.

    ``domestic``: the pack's rate. ``reverse_charge``: a business in another member state owes it (directive
    2006/112/EC, article 196). ``outside``: the buyer is outside the Union. ``exempt``: the seller charges none.
    """

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE = "outside"
    EXEMPT = "exempt"


class Order(TenantScoped, Base):
    """A pack that somebody ordered, at the price it had then. What was agreed is never changed; the state is."""

    __tablename__ = "billing_order"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("net + vat = total AND total > 0 AND vat >= 0", name="total"),
        CheckConstraint("credits > 0", name="credits"),
        Index("ix_billing_order_buyer", "buyer_id", "id"),
        Index("ix_billing_order_provider", "tenant_id", "method", "provider_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: what a person writes on a cheque or a transfer; with a check character
    reference: Mapped[str] = mapped_column(String(16))
    #: whose credits they become
    buyer_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"))
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState), default=OrderState.WAITING)
    credits: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[int] = mapped_column(BigInteger)
    #: hundredths of a per cent; 0 where none is charged
    vat_rate: Mapped[int]
    vat: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    vat_treatment: Mapped[VatTreatment] = mapped_column(enum_column(VatTreatment))
    #: buyer on the invoice: name, company, address, country, vat_number, email, language, time_zone
    buyer: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: name of the payment method
    method: Mapped[str] = mapped_column(String(64))
    #: what the provider calls it, once it was told: id of a checkout session
    provider_reference: Mapped[str | None] = mapped_column(String(255))
    #: what the buyer has to do, or where to go on: as the method said when it began
    next_step: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    account: Mapped[LedgerAccount] = relationship(LedgerAccount)
    payments: Mapped[list[Payment]] = relationship(back_populates="order", order_by="Payment.id")


class PaymentKind(Enum):
    """What happened to money.

    ``received``: it came, for the credits. ``surplus``: it came once more, or not as agreed; it is to go back, and
    brought no credits. ``returned``: it went back. ``disputed``: the payer's bank took it back. ``restored``: a
    dispute was won.
    """

    RECEIVED = "received"
    SURPLUS = "surplus"
    RETURNED = "returned"
    DISPUTED = "disputed"
    RESTORED = "restored"


class Payment(TenantScoped, Base):
    """Money that came or went for an order. Never changed, never deleted."""

    __tablename__ = "billing_payment"
    __table_args__ = (
        UniqueConstraint("tenant_id", "method", "provider_id"),
        Index("ix_billing_payment_order", "order_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("billing_order.id"))
    kind: Mapped[PaymentKind] = mapped_column(enum_column(PaymentKind))
    method: Mapped[str] = mapped_column(String(64))
    #: names what happened with the provider, for ever: id of a payment, refund or dispute
    provider_id: Mapped[str] = mapped_column(String(255))
    #: in minor units of ``currency``, always positive
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
    #: who said so: the provider, or an operator's address
    author: Mapped[str] = mapped_column(String(320))
    reason: Mapped[str] = mapped_column(Text, default="")
    #: by which the credits moved; ``None`` when none did
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("billing_transaction.id"), unique=True)
    #: credits that the customer owed when money had gone back for credits that were used
    owed: Mapped[int] = mapped_column(default=0)
    #: names the means of payment (fingerprint of a card, payer's account), to know it again; empty where unknown
    payer: Mapped[str] = mapped_column(String(255), default="")
    #: the payment that goes back, or the dispute that was won
    about_id: Mapped[int | None] = mapped_column(ForeignKey("billing_payment.id"))

    order: Mapped[Order] = relationship(back_populates="payments")
    about: Mapped[Payment | None] = relationship(remote_side="Payment.id")


class MethodSettings(TenantScoped, Base):
    """What a tenant set for a payment method: keys, addresses. Secret values are sealed."""

    __tablename__ = "billing_method"
    __table_args__ = (UniqueConstraint("tenant_id", "method"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(String(64))
    is_on: Mapped[bool] = mapped_column(default=True)
    values: Mapped[dict[str, str]] = mapped_column(JSON)
