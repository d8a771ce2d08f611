"""The language of a page: what was chosen on the site, else what the browser prefers."""

from __future__ import annotations

from flask import request

from palabre.i18n import LANGUAGES, best_language

#: Each language under its own name.
LANGUAGE_NAMES = {"en": "English", "fr": "Français"}
COOKIE = "palabre_language"
#: One year, in seconds.
COOKIE_AGE_S = 31_536_000


def wanted_language() -> str:
    """The language for the present request."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return best_language([tag for tag, _quality in request.accept_languages])
