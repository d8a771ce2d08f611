"""Invoices and credit notes: gap-free numbers per tenant and year, and an archive that nothing changes."""

from palabre_billing.invoices.archive import (
    LETTERS,
    do_after_payment,
    find_invoice,
    invoices_of,
    own_invoice,
    verify_invoices,
)
from palabre_billing.invoices.issuing import issue
from palabre_billing.invoices.models import Invoice, InvoiceCounter, InvoiceFile, InvoiceKind
from palabre_billing.invoices.rendering import pdf_maker, render

__all__ = [
    "LETTERS",
    "Invoice",
    "InvoiceCounter",
    "InvoiceFile",
    "InvoiceKind",
    "do_after_payment",
    "find_invoice",
    "invoices_of",
    "issue",
    "own_invoice",
    "pdf_maker",
    "render",
    "verify_invoices",
]
