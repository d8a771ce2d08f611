"""Documents as PDF (PDF/A-3b, by WeasyPrint), or as HTML where the system's Pango is missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, PackageLoader

from palabre.toolkit import current_language, gettext, language_scope, ngettext
from palabre_billing.invoices.models import Invoice
from palabre_billing.shop.money import in_money, in_percent

log = structlog.get_logger(__name__)


def render(invoice: Invoice) -> tuple[str, bytes]:
    """The document: content type and bytes."""
    with language_scope(invoice.language):
        html = _templates().get_template("billing/documents/invoice.html").render(_variables(invoice))
    make = pdf_maker()
    if isinstance(make, str):
        log.warning("invoice without PDF", invoice=invoice.label, reason=make)
        return "text/html", html.encode()
    try:
        return "application/pdf", make(html)
    except Exception:  # whatever a font or a name does to it, the customer gets the document
        log.exception("invoice without PDF", invoice=invoice.label)
        return "text/html", html.encode()


@cache
def pdf_maker() -> Callable[[str], bytes] | str:
    """Makes a PDF of HTML; or why that cannot be done here."""
    try:
        import weasyprint  # half a second, and the system's Pango, for those processes that make invoices
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        return str(error).splitlines()[0]

    class Nothing(URLFetcher):  # type: ignore[misc]  # it carries no types
        """A document holds everything that it shows."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"documents fetch nothing: {url[:40]}")

    def make(html: str) -> bytes:
        written: bytes = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf(pdf_variant="pdf/a-3b")
        return written

    return make


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("palabre_billing"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
    )
    templates.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    return templates


def _variables(invoice: Invoice) -> dict[str, Any]:
    language = current_language()
    countries = Locale.parse(language).territories
    return {
        "invoice": invoice,
        "content": invoice.content,
        "language": language,
        "issued_on": format_date(invoice.issued_on, "long", locale=language),
        "money": lambda amount: in_money(amount, invoice.content["currency"]),
        "percent": in_percent,
        "country_of": lambda party: countries.get(party["country"], party["country"]),
    }
