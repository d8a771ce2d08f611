"""Reading people from the files of other programs.

CSV is read with any of the usual separators and with the titles that address books of other programs write, in French
and English; vCard 3.0 and 4.0 (RFC 6350), several cards in one file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from palabre.contacts.entries import BadEntry, Entry, checked
from palabre.contacts.exporting import FORMULA
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.mail import clean_line

#: Longest file, in bytes, and most people in one.
LONGEST_FILE, MOST_PEOPLE = 2 * 1024 * 1024, 20_000

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
    """

    number: int
    entry: Entry
    problem: str = ""


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
    read = list(_cards(text) if re.match(r"[\s\ufeff]*BEGIN:VCARD", text, re.IGNORECASE) else _rows(text))
    if not read:
        raise Refused("nothing_to_import", _("No people were found in it."))
    if len(read) > MOST_PEOPLE:
        raise Refused(
            "too_many", _("These are more than {most} people. Divide the file.").format(most=MOST_PEOPLE)
        )
    first: dict[str, int] = {}
    return [_person(number, typed, country, first) for number, typed in read]


def _person(number: int, typed: Entry, country: str | None, first: dict[str, int]) -> ReadPerson:
    try:
        entry = checked(typed, country=country)
    except BadEntry as bad:
        return ReadPerson(number, typed, bad.message)
    key = entry.email or entry.phone
    if key in first:
        said = _("{who} is on line {line} already.").format(who=key, line=first[key])
        return ReadPerson(number, entry, said)
    first[key] = number
    return ReadPerson(number, entry)


def _too_large() -> Refused:
    return Refused("too_large", _("This file is too large: 2 megabytes are the most. Divide it."))


def _lines(text: str) -> str:
    """``text`` with one kind of line end; old programs write a carriage return alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(text: str) -> Iterator[tuple[int, Entry]]:
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
        yield reader.line_num, _entry(cells, columns)


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


def _cards(text: str) -> Iterator[tuple[int, Entry]]:
    # Not ``splitlines``: it cuts at U+2028 too, which may stand in a note.
    lines = re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text))
    number = 0
    card: dict[str, list[str]] | None = None
    for line in lines:
        head, colon, value = line.partition(":")
        name = head.split(";")[0].rpartition(".")[2].upper()
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            number, card = number + 1, {}
        elif name == "END" and card is not None:
            yield number, _of_card(card)
            card = None
        elif colon and card is not None:
            card.setdefault(name, []).append(value)


def _of_card(card: dict[str, list[str]]) -> Entry:
    def first(name: str) -> str:
        return _plain(next(iter(card.get(name, ())), ""))

    name = first("FN")
    if not name and "N" in card:
        family, given, *_rest = [*_split(card["N"][0], ";"), "", ""]
        name = f"{given} {family}".strip()
    labels = [label for value in card.get("CATEGORIES", ()) for label in _split(value, ",")]
    email = first("EMAIL").removeprefix("mailto:")
    phone = first("TEL").removeprefix("tel:").partition(";")[0]
    if name in (email, phone):
        name = ""
    return Entry(clean_line(name), email, phone, tuple(labels), first("NOTE"))


def _split(value: str, separator: str) -> list[str]:
    return [_plain(part) for part in re.findall(rf"(?:^|{separator})((?:\\.|[^\\{separator}])*)", value)]


def _plain(value: str) -> str:
    return re.sub(r"\\([nN\\,;:])", lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
