"""Contacts for other programs: CSV (RFC 4180) and vCard (RFC 6350)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from palabre.contacts.entries import Entry

#: Titles of the columns; ``preview`` reads them again.
TITLES = ("name", "email", "phone", "labels", "notes")
#: What makes a spreadsheet take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(entries: Iterable[Entry]) -> str:
    """A table with a line of titles. A cell that a spreadsheet would take for a formula gets an apostrophe in front,
    but for telephone numbers, which are digits after their plus sign.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(TITLES)
    for one in entries:
        cells = (one.name, one.email, one.phone, ", ".join(one.labels), one.notes)
        table.writerow(
            cell if at == TITLES.index("phone") else _harmless(cell) for at, cell in enumerate(cells)
        )
    return written.getvalue()


def as_vcard(entries: Iterable[Entry]) -> str:
    """A card for each."""
    return "".join(_card(one) for one in entries)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def _card(one: Entry) -> str:
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{_text(one.name or one.email or one.phone)}"]
    if one.email:
        lines.append(f"EMAIL:{_text(one.email)}")
    if one.phone:
        lines.append(f"TEL;VALUE=uri:tel:{one.phone}")
    if one.labels:
        lines.append("CATEGORIES:" + ",".join(_text(label) for label in one.labels))
    if one.notes:
        lines.append(f"NOTE:{_text(one.notes)}")
    lines.append("END:VCARD")
    return "".join(_folded(line) + "\r\n" for line in lines)


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, none of which cuts a character (RFC 6350, section 3.2)."""
    pieces: list[str] = []
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])
