"""Invoices and credit notes. Numbers, contents and files are only ever inserted; triggers refuse everything else."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.toolkit import Base, TenantScoped, enum_column, public_id
from palabre_billing.shop import Order


class InvoiceCounter(TenantScoped, Base):
    """The last number of a year. Locked while the next one is given, so that none is left out."""

    __tablename__ = "billing_invoice_counter"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class InvoiceKind(Enum):
    """What a document is: an ``invoice``, or a ``credit_note`` that takes one back or a part of it."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(TenantScoped, Base):
    """One document, with everything that stands on it."""

    __tablename__ = "billing_invoice"
    __table_args__ = (UniqueConstraint("tenant_id", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    order_id: Mapped[int] = mapped_column(ForeignKey("billing_order.id"), index=True)
    #: the payment that it is about
    payment_id: Mapped[int] = mapped_column(ForeignKey("billing_payment.id"), unique=True)
    kind: Mapped[InvoiceKind] = mapped_column(enum_column(InvoiceKind))
    #: of the day it was issued on, in UTC
    year: Mapped[int]
    #: from 1 in each year, without gaps, invoices and credit notes together
    number: Mapped[int]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    #: language of the document
    language: Mapped[str] = mapped_column(String(16))
    #: seller, buyer, credits, net, vat_rate, vat, total, currency, treatment, reference, corrects, reason
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    order: Mapped[Order] = relationship(Order)
    file: Mapped[InvoiceFile | None] = relationship(back_populates="invoice")

    @property
    def label(self) -> str:
        """The number as it is written: ``2026-00042``."""
        return f"{self.year}-{self.number:05}"


class InvoiceFile(TenantScoped, Base):
    """The document as it was sent."""

    __tablename__ = "billing_invoice_file"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing_invoice.id"), primary_key=True)
    #: ``application/pdf``, or ``text/html`` where no PDF could be made
    content_type: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: of the content, in hexadecimal
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    invoice: Mapped[Invoice] = relationship(back_populates="file")

    @property
    def suffix(self) -> str:
        """Of the file's name."""
        return "pdf" if self.content_type == "application/pdf" else "html"
