"""What the plugin says, in every language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from palabre.i18n import LANGUAGES
from palabre.testing.under_test import PluginUnderTest

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_IN_MODULES = re.compile(r"""\bt\(\s*(?:"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)')""")


def test_every_sentence_is_translated(plugin_under_test: PluginUnderTest) -> None:
    """Of the Python side, in ``translations/<language>/LC_MESSAGES/messages.po``."""
    said = _sentences(plugin_under_test.folder)
    for language in LANGUAGES[1:]:
        path = plugin_under_test.folder / "translations" / language / "LC_MESSAGES" / "messages.po"
        known = _translated(path, language)
        missing = sorted(said - known)
        assert missing == [], f"{language}: not translated: {missing}"


def test_every_sentence_of_the_browser_is_translated(plugin_under_test: PluginUnderTest) -> None:
    """Of the modules, in the same file or in ``static/i18n/<language>.json``."""
    static = plugin_under_test.folder / "static"
    modules = [path.read_text(encoding="utf-8") for path in sorted(static.rglob("*.js"))]
    said = {one or other for text in modules for one, other in _IN_MODULES.findall(text)}
    for language in LANGUAGES[1:]:
        catalogue = static / "i18n" / f"{language}.json"
        path = plugin_under_test.folder / "translations" / language / "LC_MESSAGES" / "messages.po"
        known = _translated(path, language)
        if catalogue.is_file():
            known |= {text for text, translation in json.loads(catalogue.read_text()).items() if translation}
        missing = sorted(said - known)
        assert missing == [], f"{language}: not translated: {missing}"


def _sentences(folder: Path) -> set[str]:
    found = extract_from_dir(folder, [("**.py", "python")], keywords=_KEYWORDS)
    return {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _notes, _context in found
    }


def _translated(path: Path, language: str) -> set[str]:
    if not path.is_file():
        return set()
    with path.open("rb") as stream:
        catalog = read_po(stream, locale=language)
    return {_first(one.id) for one in catalog if one.id and not one.fuzzy and _is_complete(one.string)}


def _first(text: Any) -> str:
    return str(text if isinstance(text, str) else text[0])


def _is_complete(text: Any) -> bool:
    return bool(text) if isinstance(text, str) else all(text)
