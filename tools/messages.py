"""Finds the sentences to translate in a package: Python, Jinja templates, browser modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import extract

#: ``_("…")``, ``gettext("…")`` and ``ngettext("…", "…", n)``
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}

#: folders of a package that hold somebody else's files, or made ones
NOT_OURS = {"vendor", "i18n"}

_STRING = r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\""
#: ``t('…')`` and ``api.t('…')``; not ``split('…')``
_SINGULAR = re.compile(rf"(?<![\w$])t\(\s*(?:{_STRING})")
#: ``t.n('…', '…', n)``
_PLURAL = re.compile(rf"(?<![\w$])t\.n\(\s*(?:{_STRING})\s*,\s*(?:{_STRING})")


def find(package: Path) -> Catalog:
    """Every sentence of ``package``, with the files it is in."""
    catalog = Catalog(project=package.name, charset="utf-8")
    _add(catalog, package, "**/*.py", "python")
    _add(catalog, package, "templates/**/*.html", "jinja2.ext:babel_extract")
    _add(catalog, package, "static/**/*.js", from_module)
    return catalog


def in_browser(package: Path) -> set[str]:
    """The sentences of the browser modules of ``package``; of a plural, the singular."""
    catalog = Catalog()
    _add(catalog, package, "static/**/*.js", from_module)
    return {message.id if isinstance(message.id, str) else message.id[0] for message in catalog if message.id}


def from_module(
    source: IO[bytes], _keywords: Any, _comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str | list[str], list[str]]]:
    """Babel's extraction method for browser modules: a plain scan, because templates nest in templates."""
    del options
    text = source.read().decode()
    for kind, pattern in (("gettext", _SINGULAR), ("ngettext", _PLURAL)):
        for found in pattern.finditer(text):
            strings = [_unescaped(part) for part in found.groups() if part is not None]
            line = text.count("\n", 0, found.start()) + 1
            yield line, kind, strings if kind == "ngettext" else strings[0], []


def _add(catalog: Catalog, package: Path, pattern: str, method: str | Callable[..., Any]) -> None:
    for path in sorted(package.glob(pattern)):
        if not NOT_OURS.isdisjoint(path.relative_to(package).parts):
            continue
        name = path.relative_to(package.parent).as_posix()
        with path.open("rb") as source:
            for line, message, comments, _context in extract(method, source, KEYWORDS, ("Translators:",)):
                catalog.add(message, None, [(name, line)], auto_comments=comments)


def _unescaped(literal: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), literal)
