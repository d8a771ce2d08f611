"""Reading people from the files of other programs.

CSV is read with any of the usual separators and with the titles that address books of other programs write, in French
and English; cards as ``read_cards`` does.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from palabre.contacts.cards import read_cards
from palabre.contacts.entries import BadEntry, Entry, Typed, checked
from palabre.contacts.exporting import FORMULA
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.mail import clean_line

#: Longest file, in bytes, and most people in one.
LONGEST_FILE, MOST_PEOPLE = 2 * 1024 * 1024, 20_000

#: What looks like an address in a column that is not read.
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
#: Titles of columns, folded; the first that is there counts.
_TITLES = {
    "name": ("name", "full name", "display name", "nom complet", "nom affiche", "file as"),
    "given": ("first name", "given name", "prenom"),
    "family": ("last name", "family name", "nom", "nom de famille", "surname"),
    "email": (
        "email", "e-mail", "mail", "e-mail address", "email address", "e-mail 1 - value", "adresse e-mail",
        "adresse de messagerie", "courriel", "adresse", "address",
    ),
    "phone": (
        "phone", "telephone", "phone number", "mobile phone", "mobile", "phone 1 - value", "business phone",
        "home phone", "tel", "tel. mobile", "telephone mobile", "portable", "numero", "numero de telephone",
    ),
    "labels": ("labels", "label", "categories", "group membership", "groups", "etiquettes", "libelles", "groupes"),
    "notes": ("notes", "note", "remarques"),
}  # fmt: skip


@dataclass(frozen=True)
class ReadPerson:
    """Somebody in a file.

    :param number: of the line or card, from 1.
    :param entry: as ``checked`` gave it back; as it was read where it is bad.
    :param problem: why it is bad; empty where it is not.
    :param left_out: further addresses and numbers, of which a contact has one each.
    """

    number: int
    entry: Entry
    problem: str = ""
    left_out: tuple[str, ...] = ()


def decode(content: bytes) -> str:
    """A file as text, in UTF-8 or as older programs of Western Europe write.

    :raises Refused: code ``too_large``.
    """
    if len(content) > LONGEST_FILE:
        raise _too_large()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_people(text: str, *, country: str | None) -> list[ReadPerson]:
    """Everybody in a file. It takes long for thousands, so do it before a transaction is begun.

    :param country: of telephone numbers without ``+``.
    :raises Refused: ``nothing_to_import``, ``too_many``, ``too_large``, ``unreadable``.
    """
    text = _lines(text)
    if len(text) > LONGEST_FILE:
        raise _too_large()
    read = list(
        read_cards(text) if re.match(r"[\s\ufeff]*BEGIN:VCARD", text, re.IGNORECASE) else read_rows(text)
    )
    if not read:
        raise Refused("nothing_to_import", _("No people were found in it."))
    if len(read) > MOST_PEOPLE:
        raise Refused(
            "too_many", _("These are more than {most} people. Divide the file.").format(most=MOST_PEOPLE)
        )
    first: dict[str, int] = {}
    return [_person(typed, country, first) for typed in read]


def _person(typed: Typed, country: str | None, first: dict[str, int]) -> ReadPerson:
    number = typed.number
    try:
        entry = checked(typed.entry, country=country)
    except BadEntry as bad:
        return ReadPerson(number, typed.entry, bad.message)
    key = entry.email or entry.phone
    if key in first:
        said = _("{who} is on line {line} already.").format(who=key, line=first[key])
        return ReadPerson(number, entry, said)
    first[key] = number
    return ReadPerson(number, entry, left_out=typed.left_out)


def _too_large() -> Refused:
    return Refused("too_large", _("This file is too large: 2 megabytes are the most. Divide it."))


def _lines(text: str) -> str:
    """``text`` with one kind of line end; old programs write a carriage return alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_rows(text: str) -> Iterator[Typed]:
    """Everybody in a table."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return
    delimiter = max(",;\t", key=lines[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns: dict[str, int] | None = None
    for row in _readable(reader):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None:
            columns = _columns(cells)
            if columns:
                continue
            columns = {"name": 0, "email": 1, "phone": 2} if len(cells) > 1 else {"email": 0}
        used = set(columns.values())
        others = (cell for at, cell in enumerate(cells) if at not in used and _ADDRESS.fullmatch(cell))
        yield Typed(reader.line_num, _entry(cells, columns), tuple(dict.fromkeys(others)))


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        # A cell of more than 131,072 characters: a quotation mark that is never closed.
        raise Refused("unreadable", _("This is no table of people. Check its quotation marks.")) from error


def _columns(cells: Sequence[str]) -> dict[str, int]:
    titles = [folded(cell.removeprefix("\ufeff")) for cell in cells]
    found = {
        name: titles.index(title)
        for name, known in _TITLES.items()
        for title in reversed(known)
        if title in titles
    }
    if "family" in found and "given" not in found and "name" not in found:
        found["name"] = found.pop("family")  # a column "nom" alone is the whole name
    return found if {"email", "phone"} & found.keys() else {}


def _entry(cells: Sequence[str], columns: dict[str, int]) -> Entry:
    def cell(name: str) -> str:
        at = columns.get(name)
        value = cells[at] if at is not None and at < len(cells) else ""
        # as we and others write what is no formula
        return value[1:] if value[:1] == "'" and value[1:2] in (*FORMULA, "'") else value

    name = cell("name") or " ".join(part for part in (cell("given"), cell("family")) if part)
    return Entry(clean_line(name), cell("email"), cell("phone"), _labels(cell("labels")), cell("notes"))


def _labels(cell: str) -> tuple[str, ...]:
    """The labels in a cell. Google writes ``* myContacts ::: Choir``: a star marks the groups of its own."""
    if " ::: " in cell or cell.startswith("* "):
        return tuple(part.strip().removeprefix("* ") for part in cell.split(" ::: "))
    return tuple(part for part in re.split(r"[,;]", cell) if part.strip())
