"""Contacts from other programs: a preview that says what each line would do, and doing it.

CSV is read with any of the usual separators and with the titles that address books of other programs write, in French
and English; vCard 3.0 and 4.0 (RFC 6350), several cards in one file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from palabre.contacts.book import entry_of, write
from palabre.contacts.entries import BadEntry, Entry, checked, clean_labels
from palabre.contacts.exporting import FORMULA
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.mail import clean_line
from palabre.model import Contact

#: Longest file, in bytes, and most people in one.
LONGEST_FILE, MOST_PEOPLE = 2 * 1024 * 1024, 20_000

What = Literal["new", "changed", "same", "bad"]

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
class ImportLine:
    """What a line, or a card, would do.

    :param number: of the line or card, from 1.
    :param entry: what is kept; as it was read where it is bad.
    :param problem: why it is bad.
    """

    number: int
    what: What
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


def preview(session: Session, *, account_id: int, text: str, country: str | None) -> list[ImportLine]:
    """What importing would do, line by line; nothing is written.

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
    by_email, by_phone = _known(session, account_id)
    first: dict[str, int] = {}
    return [_line(number, typed, country, by_email, by_phone, first) for number, typed in read]


def import_contacts(
    session: Session, *, account_id: int, tenant_id: int, lines: Iterable[ImportLine], now: datetime
) -> tuple[int, int]:
    """Keep the good lines, in the caller's transaction: all of them or none.

    :param lines: of ``preview`` in the same transaction, which looked for doubles.
    :returns: how many people are new, and of how many something changed.
    :raises Refused: code ``changed_meanwhile``, when another transaction added one of them since.
    """
    by_email, by_phone = _known(session, account_id)
    new: list[Contact] = []
    changed = 0
    for line in lines:
        if line.what not in ("new", "changed"):
            continue
        contact = _same(line.entry, by_email, by_phone)
        if contact is None:
            contact = Contact(tenant_id=tenant_id, account_id=account_id, created_at=now)
            new.append(contact)
        else:
            changed += 1
        write(contact, line.entry)
        contact.updated_at = now
    try:
        with session.begin_nested():
            session.add_all(new)
    except IntegrityError as error:
        raise Refused(
            "changed_meanwhile", _("Your contacts changed meanwhile. Look at what will happen once more.")
        ) from error
    return len(new), changed


def _line(
    number: int,
    typed: Entry,
    country: str | None,
    by_email: dict[str, Contact],
    by_phone: dict[str, Contact],
    first: dict[str, int],
) -> ImportLine:
    try:
        entry = checked(typed, country=country)
    except BadEntry as bad:
        return ImportLine(number, "bad", typed, bad.message)
    key = entry.email or entry.phone
    if key in first:
        said = _("{who} is on line {line} already.").format(who=key, line=first[key])
        return ImportLine(number, "bad", entry, said)
    first[key] = number
    contact = _same(entry, by_email, by_phone)
    if contact is None:
        return ImportLine(number, "new", entry)
    before = entry_of(contact)
    merged = _merged(before, entry)
    return ImportLine(number, "same" if merged == before else "changed", merged)


def _merged(before: Entry, entry: Entry) -> Entry:
    """What is known now: the file's word, and what the file says nothing about."""
    return Entry(
        entry.name or before.name,
        entry.email or before.email,
        entry.phone or before.phone,
        clean_labels((*before.labels, *entry.labels)),
        entry.notes or before.notes,
    )


def _same(entry: Entry, by_email: dict[str, Contact], by_phone: dict[str, Contact]) -> Contact | None:
    return by_email.get(entry.email) if entry.email else by_phone.get(entry.phone)


def _known(session: Session, account_id: int) -> tuple[dict[str, Contact], dict[str, Contact]]:
    rows = session.scalars(
        select(Contact)
        .where(Contact.account_id == account_id, Contact.removed_at.is_(None))
        .options(selectinload(Contact.labels))
    ).all()
    by_phone = {one.phone: one for one in rows if one.phone and not one.email}
    return {one.email: one for one in rows if one.email}, by_phone


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
