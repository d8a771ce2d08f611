"""Documents to download."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from palabre.toolkit import NotFound, current_tenant
from palabre_billing.invoices.archive import find_invoice, own_invoice
from palabre_webui.toolkit import application, permission, signed_in


def add_invoices(pages: Blueprint) -> None:
    """Put the address on a blueprint."""
    pages.get("/invoices/<invoice>")(download)


@permission("account")
def download(invoice: str) -> ResponseReturnValue:
    """A document of one's own; who administers the tenant finds all of them."""
    who, tenant = signed_in(), current_tenant()
    if who is None or tenant is None:
        abort(401)
    with application().db.reading() as session:
        try:
            found = own_invoice(session, account_id=who.id, public_id=invoice)
        except NotFound:
            if not who.is_operator:
                raise
            found = find_invoice(session, tenant_id=tenant.id, public_id=invoice)
        assert found.file is not None  # one without is not found
        return Response(
            found.file.content,
            content_type=found.file.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="{found.label}.{found.file.suffix}"',
                "Cache-Control": "private, no-store",
            },
        )
