"""Languages: gettext catalogues of the core and of each plugin, chosen by an explicit scope.

A sentence is marked ``_("…")`` where it is written and translated when it is read, in the language of the
person it is for: ``with language_scope("fr"): …``.
"""

from palabre.i18n.catalogues import (
    LANGUAGES,
    add_catalogue,
    best_language,
    current_language,
    gettext,
    language_scope,
    ngettext,
)

__all__ = [
    "LANGUAGES",
    "add_catalogue",
    "best_language",
    "current_language",
    "gettext",
    "language_scope",
    "ngettext",
]
