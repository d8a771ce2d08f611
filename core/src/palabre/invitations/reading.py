"""Reading a guest list that somebody typed, pasted, or saved from a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from palabre.calendar.times import zone_named
from palabre.errors import Refused
from palabre.i18n import current_language
from palabre.i18n import gettext as _
from palabre.invitations.guests import Guest
from palabre.invitations.writing import guests_as_text, row_of
from palabre.mail import check_address, clean_line
from palabre.model import Role

#: Column titles and words of roles, in the languages that lists are written in.
_TITLES = {
    "email": {
        "email",
        "e-mail",
        "mail",
        "courriel",
        "adresse",
        "address",
        "adresse e-mail",
        "e-mail address",
    },
    "name": {"name", "nom", "full name", "nom complet"},
    "role": {"role", "rôle"},
    "language": {"language", "langue"},
    "time_zone": {"time zone", "timezone", "fuseau horaire", "fuseau"},
}
_ROLES = {
    **dict.fromkeys(("presenter", "host", "animateur", "animatrice"), Role.PRESENTER),
    **dict.fromkeys(("guest", "participant", "invité", "invitée", "invite"), Role.GUEST),
}
_LANGUAGES = {
    **dict.fromkeys(("en", "english", "anglais"), "en"),
    **dict.fromkeys(("fr", "french", "français", "francais"), "fr"),
}
#: Most lines of a cell, and most characters of a record, that are read.
_LONGEST_CELL, _LONGEST_RECORD = 10, 10_000
_SEPARATORS = re.compile(r"""(?:"[^"]*"|<[^<>]*>|[^,;\t"<>]|["<>])+""")
_NAMED = re.compile(r"""(?P<name>[^<>]*)<(?P<email>[^<>]*)>\s*""")


@dataclass(frozen=True)
class GuestLines:
    """What a list says.

    :param problems: number of the line from 1, what it says, what is wrong with it.
    :param unread: what each problem is about, as it may stand below what ``guests_as_text`` writes.
    """

    guests: tuple[Guest, ...]
    problems: tuple[tuple[int, str, str], ...]
    unread: tuple[str, ...] = ()


def read_guests(text: str) -> GuestLines:
    """Guests of a list: ``Name <a@b>``, ``a@b; c@d``, ``name,email,role``, or CSV with a line of titles.

    Below titles there may be columns for the language of somebody's mails and for the time zone where they are. What
    somebody typed below such a table as if it were none, ``Name <a@b>``, is understood, too.

    Lines that cannot be read are problems; the others are guests all the same. An address that comes twice is a guest
    once and a problem once.
    """
    return _read(text, current_language())


@lru_cache(maxsize=8)
def _read(text: str, _language: str) -> GuestLines:
    # A form is read again each time that its writer pauses, and once more when it is sent: mostly the same list.
    guests: dict[str, Guest] = {}
    first_line: dict[str, int] = {}
    problems: list[tuple[int, str, str]] = []
    unread: list[str] = []
    for entry in _entries(text.removeprefix("\ufeff")):
        found = entry.found if isinstance(entry.found, str) else _checked(entry.found)
        if isinstance(found, Guest) and found.email in guests:
            found = _("{address} is on line {line} already.").format(
                address=found.email, line=first_line[found.email]
            )
        if isinstance(found, str):
            problems.append((entry.line, clean_line(entry.shown), found))
            unread.append(entry.again)
            continue
        first_line[found.email] = entry.line
        guests[found.email] = found
    return GuestLines(tuple(guests.values()), tuple(problems), tuple(unread))


def join_lists(*texts: str) -> str:
    """Several lists as one, each read by itself, for each may have titles of its own. What cannot be read stays.

    Of an address that is on two of them the later counts, where it says something.
    """
    written = [text for text in texts if text.strip()]
    if len(written) < 2:
        return "".join(written)
    guests: dict[str, Guest] = {}
    unread: list[str] = []
    for lines in map(read_guests, written):
        unread += lines.unread
        for found in lines.guests:
            known = guests.get(found.email, found)
            guests[found.email] = replace(
                found,
                name=found.name or known.name,
                language=found.language or known.language,
                time_zone=found.time_zone or known.time_zone,
            )
    return guests_as_text(guests.values()) + "\n".join(unread)


@dataclass(frozen=True)
class _Entry:
    """Somebody on a list, or why it is nobody.

    :param line: number of the line, from 1.
    :param shown: what is written there.
    :param again: the same, to stand below what ``guests_as_text`` writes.
    """

    line: int
    shown: str
    again: str
    found: Guest | str


def _entries(text: str) -> Iterator[_Entry]:
    lines = text.splitlines()
    titled = _titles(lines)
    if titled is not None:
        yield from titled.read(lines[titled.line :])
        return
    for number, line in enumerate(lines, start=1):
        yield from _of_line(number, line)


@dataclass(frozen=True)
class _Titled:
    """A list with a line of titles.

    :param width: how many columns there are, with those that say nothing to us.
    """

    line: int
    delimiter: str
    columns: dict[str, int]
    width: int

    def read(self, lines: list[str]) -> Iterator[_Entry]:
        """What follows the titles; a cell in quotation marks may go over several lines."""
        for number, record in _records(lines, first=self.line + 1):
            cells = next(csv.reader(io.StringIO(record), delimiter=self.delimiter), [])
            if self._is_no_row(cells):
                yield from _of_line(number, record)
            elif any(cell.strip() for cell in cells):
                found = {
                    name: cells[at].strip() if at < len(cells) else "" for name, at in self.columns.items()
                }
                yield _Entry(number, record, row_of(found), _guest(**found))

    def _is_no_row(self, cells: list[str]) -> bool:
        """Whether somebody typed it below the table: there are too few cells, and an address elsewhere."""
        email = self.columns["email"]
        return len(cells) < self.width and any("@" in cell for at, cell in enumerate(cells) if at != email)


def _records(lines: list[str], *, first: int) -> Iterator[tuple[int, str]]:
    """Lines, joined where quotation marks span some; marks that are never closed are none.

    :param first: number of the first line.
    """
    at = 0
    while at < len(lines):
        end = at + 1
        while lines[at].count('"') % 2 and end < min(at + _LONGEST_CELL, len(lines)):
            end += 1
            if lines[end - 1].count('"') % 2:
                break
        joined = "\n".join(lines[at:end])
        if joined.count('"') % 2:
            joined, end = lines[at].replace('"', ""), at + 1
        yield first + at, joined[:_LONGEST_RECORD]
        at = end


def _titles(lines: list[str]) -> _Titled | None:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if "@" in line:
            return None
        delimiter = max(",;\t", key=line.count)
        cells = [
            cell.strip().lower()
            for cell in next(csv.reader([line[:_LONGEST_RECORD]], delimiter=delimiter), [])
        ]
        columns = {
            name: at for at, cell in enumerate(cells) for name, titles in _TITLES.items() if cell in titles
        }
        return _Titled(number, delimiter, columns, len(cells)) if "email" in columns else None
    return None


def _of_line(number: int, line: str) -> Iterator[_Entry]:
    """Who is on a line without titles; nobody on an empty one."""
    pieces = [piece.strip() for piece in _SEPARATORS.findall(line) if piece.strip()]
    with_address = [piece for piece in pieces if "@" in piece]
    others = [piece for piece in pieces if "@" not in piece]
    if len(with_address) == 1:  # name, address, role, in any order
        role = next((piece for piece in others if piece.lower() in _ROLES), "")
        email, name = _parted(with_address[0])
        words = [_bare(piece) for piece in others if piece != role]
        found = _guest(email, name=", ".join([*words, name] if name else words), role=role)
        yield _Entry(number, line, line, found)
    elif with_address:
        for piece in with_address:
            email, name = _parted(piece)
            yield _Entry(number, piece, piece, _guest(email, name=name))
        for piece in others:
            said = _("There is no e-mail address in “{text}”.").format(text=clean_line(piece))
            yield _Entry(number, piece, piece, said)
    elif clean_line(line):
        yield _Entry(number, line, line, _("There is no e-mail address here."))


def _parted(piece: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(piece)
    return (named["email"].strip(), _bare(named["name"])) if named else (piece, "")


def _bare(text: str) -> str:
    """Without the quotation marks around it."""
    return text.strip().strip('"').strip()


def _checked(guest: Guest) -> Guest | str:
    """A guest with an address and a name as they are kept, or what is wrong with the address."""
    try:
        return replace(guest, email=check_address(guest.email), name=clean_line(guest.name))
    except Refused as refusal:
        return refusal.message


def _guest(
    email: str, *, name: str = "", role: str = "", language: str = "", time_zone: str = ""
) -> Guest | str:
    if role and role.lower() not in _ROLES:
        return _("“{role}” is no role: write presenter or guest.").format(role=clean_line(role))
    if language and language.lower() not in _LANGUAGES:
        said = _("Mails cannot be written in “{language}”: write English or French.")
        return said.format(language=clean_line(language))
    zone = zone_named(time_zone) if time_zone else None
    if time_zone and zone is None:
        said = _("“{zone}” is no time zone: write it as Europe/Paris.")
        return said.format(zone=clean_line(time_zone)[:64])
    return Guest(
        email,
        name.strip(),
        _ROLES.get(role.lower(), Role.GUEST),
        _LANGUAGES.get(language.lower()),
        zone,
    )
