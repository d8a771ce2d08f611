"""What every template can use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from palabre.i18n import current_language, gettext, ngettext
from palabre.tenants.scope import current_tenant
from palabre_webui.context import web
from palabre_webui.plugin_web import menu_items
from palabre_webui.security import csp_nonce
from palabre_webui.sign_in import signed_in
from palabre_webui.site.wording import FILTERS


@dataclass(frozen=True)
class Brand:
    """How a tenant looks.

    :param stylesheet: address of its own properties; ``None`` for ours.
    :param logo: address of its logo; ``None`` for ours.
    """

    name: str
    stylesheet: str | None = None
    logo: str | None = None


def set_up_templates(app: Flask) -> None:
    """Translations, and the names that every template of ``app`` knows."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext, ngettext, newstyle=True
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS, initials=initials, linked=linked)
    app.context_processor(_names)


def initials(name: str) -> str:
    """Two letters that stand for ``name``: of its first and its last word."""
    words = name.split()
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper() or "?"


def linked(said: str) -> Markup:
    """A sentence as HTML, in which addresses of this site can be followed; those of others stay text."""
    written, end, ours = Markup(), 0, request.host_url
    for found in re.finditer(rf"{re.escape(ours)}[^\s<>\"]+", said):
        address = found[0].rstrip(".,;:!?)»”’")
        written += said[end : found.start()] + Markup('<a href="{0}">{0}</a>').format(address)
        end = found.start() + len(address)
    return written + said[end:]


def _names() -> dict[str, Any]:
    tenant = current_tenant()
    return {
        "account": signed_in(),
        "asset": web().static.url,
        "brand": Brand(tenant.name if tenant else "Palabre"),
        "csp_nonce": csp_nonce(),
        "csrf_token": generate_csrf,
        "language": current_language(),
        "menu": menu_items,
    }
