"""Message catalogues, one per package and language, and the language of the moment."""

from __future__ import annotations

import gettext as gettext_module
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

#: Complete languages; the first is the one sentences are written in.
LANGUAGES = ("en", "fr")

_language: ContextVar[str] = ContextVar("palabre_language", default=LANGUAGES[0])
_folders: list[Traversable] = [files("palabre") / "translations"]


def add_catalogue(package: str) -> None:
    """Read the translations of one more package. Earlier packages win where two translate the same text."""
    folder = files(package) / "translations"
    if folder.is_dir() and folder not in _folders:
        _folders.append(folder)
        _catalogue.cache_clear()


def current_language() -> str:
    """The language of the person the present code speaks to."""
    return _language.get()


@contextmanager
def language_scope(language: str) -> Iterator[None]:
    """Speak ``language`` in the block; an unknown one becomes English."""
    token = _language.set(language if language in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _language.reset(token)


def best_language(wanted: Iterable[str]) -> str:
    """The first of ``wanted`` (``fr-CA``, ``en`` …, best first) that we speak, else English."""
    for tag in wanted:
        language = tag.replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def gettext(message: str) -> str:
    """``message`` in the current language."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The singular or the plural for ``number``, in the current language."""
    return _catalogue(_language.get()).ngettext(singular, plural, number)


@cache
def _catalogue(language: str) -> gettext_module.NullTranslations:
    first: gettext_module.NullTranslations | None = None
    for folder in _folders:
        compiled = folder / language / "LC_MESSAGES" / "messages.mo"
        if not compiled.is_file():
            continue
        with compiled.open("rb") as stream:
            catalogue = gettext_module.GNUTranslations(stream)
        if first is None:
            first = catalogue
        else:
            first.add_fallback(catalogue)
    return first or gettext_module.NullTranslations()
