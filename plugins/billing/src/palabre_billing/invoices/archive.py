"""After a payment: the document is issued, made, kept for ever and mailed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from palabre.toolkit import (
    Account,
    Application,
    Attachment,
    Duty,
    Letter,
    LetterKind,
    Mail,
    NotFound,
    finish,
    queue_mail,
    site_address,
)
from palabre.toolkit import gettext as _
from palabre_billing.invoices.issuing import issue
from palabre_billing.invoices.models import Invoice, InvoiceCounter, InvoiceFile, InvoiceKind
from palabre_billing.invoices.rendering import render
from palabre_billing.ledger import Check, LedgerAccount
from palabre_billing.ledger.verifying import check
from palabre_billing.referral import reward
from palabre_billing.shop import Order, Payment

MAIL = "billing.invoice"


def do_after_payment(application: Application, duty: Duty) -> None:
    """Issue the document of a payment, make its file, owe its mail; a first payment may bring a bonus.

    Killed anywhere, it is begun again: each step is done once.
    """
    with application.db.transaction() as session:
        payment = session.get_one(Payment, duty.data["payment"])
        now = application.clock.now()
        invoice = issue(session, payment, now=now)
        reward(session, payment, now=now)
    if invoice is None:
        return
    with application.db.reading() as session:
        is_made = session.get(InvoiceFile, invoice.id) is not None
    content_type, content = ("", b"") if is_made else render(invoice)
    with application.db.transaction() as session:
        now = application.clock.now()
        if not finish(session, duty, now=now):
            return
        if not is_made:
            session.add(
                InvoiceFile(
                    tenant_id=invoice.tenant_id,
                    invoice_id=invoice.id,
                    content_type=content_type,
                    content=content,
                    sha256=hashlib.sha256(content).hexdigest(),
                    made_at=now,
                )
            )
        _owe_mail(session, session.get_one(Invoice, invoice.id), now=now)


def _owe_mail(session: Session, invoice: Invoice, *, now: datetime) -> None:
    order = session.get_one(Order, invoice.order_id)
    owner_id = session.scalar(select(LedgerAccount.owner_id).where(LedgerAccount.id == order.buyer_id))
    owner = session.get(Account, owner_id) if owner_id else None
    queue_mail(
        session,
        key=f"{MAIL}:{invoice.public_id}",
        kind=MAIL,
        email=owner.email if owner else order.buyer["email"],
        name=owner.name if owner else order.buyer["name"],
        language=invoice.language,
        tenant_id=invoice.tenant_id,
        now=now,
        account_id=owner.id if owner else None,
        data={"invoice": invoice.id},
    )


def write_mail(_application: Application, session: Session, mail: Mail) -> Letter | None:
    """The mail with the document."""
    invoice = session.get_one(Invoice, mail.data["invoice"])
    order = session.get_one(Order, invoice.order_id)
    attachment = attachment_of(session, invoice)
    address = f"{site_address(session, mail.tenant_id)}/plugins/billing/orders/{order.public_id}"
    if invoice.kind is InvoiceKind.INVOICE:
        subject = _("Your credits are there: invoice {number}").format(number=invoice.label)
        said = _("Your payment has come, and your credits are on your account. The invoice is attached.")
    else:
        subject = _("Your money goes back: credit note {number}").format(number=invoice.label)
        said = _("Money of your order was given back, and credits with it. The credit note is attached.")
    return Letter(
        subject=subject,
        paragraphs=(_("Hello {name},").format(name=mail.name), said),
        action=(_("See the order"), address),
        attachments=(attachment,),
    )


def attachment_of(session: Session, invoice: Invoice) -> Attachment:
    """The document as a file of a mail."""
    kept = session.get_one(InvoiceFile, invoice.id)
    return Attachment(f"{invoice.label}.{kept.suffix}", kept.content_type, kept.content)


LETTERS = [LetterKind(MAIL, write_mail)]


def invoices_of(session: Session, orders: Sequence[Order]) -> dict[int, list[Invoice]]:
    """The documents of orders, by the order's id, without their contents."""
    found: dict[int, list[Invoice]] = {order.id: [] for order in orders}
    query = select(Invoice).where(Invoice.order_id.in_(found)).order_by(Invoice.id)
    for invoice in session.scalars(query.options(selectinload(Invoice.file))):
        found[invoice.order_id].append(invoice)
    return found


def own_invoice(session: Session, *, account_id: int, public_id: str) -> Invoice:
    """A document of somebody's own.

    :raises NotFound: code ``unknown_invoice``; the same for one of somebody else.
    """
    mine = (
        select(Order.id)
        .join(LedgerAccount, LedgerAccount.id == Order.buyer_id)
        .where(LedgerAccount.owner_id == account_id)
    )
    return _one(session, select(Invoice).where(Invoice.public_id == public_id, Invoice.order_id.in_(mine)))


def find_invoice(session: Session, *, tenant_id: int, public_id: str) -> Invoice:
    """A document of the tenant's, for who administers it.

    :raises NotFound: code ``unknown_invoice``.
    """
    return _one(
        session, select(Invoice).where(Invoice.public_id == public_id, Invoice.tenant_id == tenant_id)
    )


def _one(session: Session, query: Select[Invoice]) -> Invoice:
    found = session.scalar(query.options(joinedload(Invoice.file)))
    if found is None or found.file is None:
        raise NotFound("unknown_invoice", _("There is no such invoice, or it is still being made."))
    return found


def verify_invoices(session: Session) -> Iterator[Check]:
    """Check every tenant's documents. Call it at installation level."""
    numbers = func.count(Invoice.id)
    yield check(
        session,
        "invoices of each tenant and year are numbered from 1 without gaps",
        select(func.count()).select_from(Invoice),
        select(InvoiceCounter.tenant_id, InvoiceCounter.year, InvoiceCounter.last, numbers)
        .outerjoin(
            Invoice,
            and_(Invoice.tenant_id == InvoiceCounter.tenant_id, Invoice.year == InvoiceCounter.year),
        )
        .group_by(InvoiceCounter.tenant_id, InvoiceCounter.year, InvoiceCounter.last)
        .having(
            or_(
                numbers != InvoiceCounter.last,
                func.coalesce(func.max(Invoice.number), 0) != InvoiceCounter.last,
                func.coalesce(func.min(Invoice.number), 1) != 1,
            )
        ),
        "tenant {0}, {1}: counted to {2}, there are {3}",
    )
    files = session.execute(
        select(InvoiceFile.invoice_id, InvoiceFile.sha256, InvoiceFile.content)
    ).yield_per(50)
    checked, faults = 0, []
    for invoice_id, sha256, content in files:
        checked += 1
        if hashlib.sha256(content).hexdigest() != sha256:
            faults.append(f"the file of invoice {invoice_id} is not what was kept")
    yield Check("each file of an invoice is what was kept", checked, tuple(faults))
    wrong = [
        f"invoice {one.label}: {one.content['net']} and {one.content['vat']} are not {one.content['total']}"
        for one in session.scalars(select(Invoice)).yield_per(200)
        if one.content["net"] + one.content["vat"] != one.content["total"]
    ]
    yield Check("net and VAT of each invoice sum to its total", checked, tuple(wrong))
