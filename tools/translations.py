"""The catalogues: one ``messages.po`` for each package and language, in the package's ``translations/``.

- ``translations.py update`` brings the .po files in step with the code;
- ``translations.py check`` fails when a sentence of the code is missing, untranslated or doubtful in one;
- ``translations.py compile`` writes ``messages.mo`` for Python, ``static/i18n/<language>.json`` for browsers.

Folders of distributions may follow; without them it is done in all.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import messages
from layout import distributions, package_of

#: the languages that are complete, beside English, which the code is written in
LANGUAGES = ("fr",)


def update(package: Path) -> None:
    """Add what is new to each catalogue, and drop what the code no longer says."""
    template = messages.find(package)
    for language in LANGUAGES:
        path = _catalogue_path(package, language)
        catalog = _read(path, language) if path.exists() else _new(package, language)
        before = {message.id for message in catalog if message.id}
        catalog.update(template, no_fuzzy_matching=False, update_creation_date=False)
        catalog.obsolete.clear()
        if before or template:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False, omit_header=False)


def check(package: Path) -> list[str]:
    """What is wrong with the catalogues of ``package``, a line for each sentence."""
    template = messages.find(package)
    problems = []
    for language in LANGUAGES:
        path = _catalogue_path(package, language)
        catalog = _read(path, language) if path.exists() else Catalog(locale=language)
        where = path.relative_to(package.parent)
        problems += [
            f"{where}: {problem}: {wanted.id!r} ({wanted.locations[0][0]})"
            for wanted in template
            if wanted.id and (problem := _problem(wanted, catalog.get(wanted.id)))
        ]
        problems += [
            f"{where}: no longer in the code: {message.id!r}"
            for message in catalog
            if message.id and not template.get(message.id)
        ]
    return problems


def compile_(package: Path) -> list[Path]:
    """Write what the programs read; returns the files."""
    written = []
    for language in LANGUAGES:
        source = _catalogue_path(package, language)
        if not source.exists():
            continue
        catalog = _read(source, language)
        compiled = source.with_suffix(".mo")
        with compiled.open("wb") as file:
            write_mo(file, catalog)
        written.append(compiled)
        if (package / "static").is_dir():
            target = package / "static" / "i18n" / f"{language}.json"
            target.parent.mkdir(exist_ok=True)
            target.write_text(json.dumps(_for_browser(package, catalog), ensure_ascii=False, sort_keys=True))
            written.append(target)
    return written


def _for_browser(package: Path, catalog: Catalog) -> dict[str, str | list[str]]:
    """Msgid → text, or the plural forms in gettext's order; only what the browser modules say."""
    texts: dict[str, str | list[str]] = {}
    for msgid in messages.in_browser(package):
        message = catalog.get(msgid)
        if message and not message.fuzzy and all(forms := _forms(message.string)):
            texts[msgid] = message.string if isinstance(message.string, str) else list(forms)
    return texts


def _problem(wanted: Message, found: Message | None) -> str | None:
    if found is None:
        return "missing"
    if found.fuzzy:
        return "marked fuzzy"
    sources, targets = _forms(wanted.id), _forms(found.string)
    if not all(targets):
        return "not translated"
    if any(_placeholders(target) - _placeholders(*sources) for target in targets):
        return "has a placeholder that the English has not"
    if not _placeholders(sources[-1]) <= _placeholders(*targets):
        return "lacks a placeholder"
    return None


def _forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(*texts: str) -> set[str]:
    return {found for text in texts for found in re.findall(r"\{\w*\}|%\(\w+\)[sd]", text)}


def _catalogue_path(package: Path, language: str) -> Path:
    return package / "translations" / language / "LC_MESSAGES" / "messages.po"


def _new(package: Path, language: str) -> Catalog:
    return Catalog(
        locale=language,
        project=package.name,
        header_comment=f"# Texts of {package.name}; `make translations` keeps this in step with the code.",
        fuzzy=False,
    )


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _packages(names: list[str]) -> Iterator[Path]:
    for folder in [Path(name).resolve() for name in names] or distributions():
        yield package_of(folder)


def main(command: str, folders: list[str]) -> int:
    """Do ``command`` in the distributions ``folders``; returns the exit status."""
    problems = []
    for package in _packages(folders):
        if command == "update":
            update(package)
        elif command == "compile":
            compile_(package)
        elif command == "check":
            problems += check(package)
        else:
            problems.append(f"{command}: not a command; there are update, check and compile")
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
