"""Reading a guest list that somebody typed, pasted, or saved from a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from palabre.calendar.times import zone_named
from palabre.errors import Refused
from palabre.i18n import current_language
from palabre.i18n import gettext as _
from palabre.invitations.guests import Guest
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
    """

    guests: tuple[Guest, ...]
    problems: tuple[tuple[int, str, str], ...]


def read_guests(text: str) -> GuestLines:
    """Guests of a list: ``Name <a@b>``, ``a@b; c@d``, ``name,email,role``, or CSV with a line of titles.

    Below titles there may be columns for the language of somebody's mails and for the time zone where they are.

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
    for number, shown, found in _entries(text.removeprefix("\ufeff")):
        if isinstance(found, str):
            problems.append((number, shown, found))
            continue
        try:
            email = check_address(found.email)
        except Refused as refusal:
            problems.append((number, shown, refusal.message))
            continue
        if email in guests:
            said = _("{address} is on line {line} already.").format(address=email, line=first_line[email])
            problems.append((number, shown, said))
            continue
        first_line[email] = number
        guests[email] = replace(found, email=email, name=clean_line(found.name))
    return GuestLines(tuple(guests.values()), tuple(problems))


def guests_as_text(guests: Iterable[Guest]) -> str:
    """A guest list as ``read_guests`` reads it again, one guest a line.

    It begins with a line of titles, without which a name with @ would be read as an address.
    """
    listed = list(guests)
    if not listed:
        return ""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("name", "email", "role", "language", "time zone"))
    writer.writerows(
        (guest.name, guest.email, guest.role.value, guest.language or "", guest.time_zone or "")
        for guest in listed
    )
    return written.getvalue()


def _entries(text: str) -> Iterator[tuple[int, str, Guest | str]]:
    lines = text.splitlines()
    titled = _titles(lines)
    if titled is not None:
        yield from titled.read(lines[titled.line :])
        return
    for number, line in enumerate(lines, start=1):
        if shown := clean_line(line):
            yield from ((number, shown, one) for one in _of_line(line))


@dataclass(frozen=True)
class _Titled:
    """A list with a line of titles."""

    line: int
    delimiter: str
    columns: dict[str, int]

    def read(self, lines: list[str]) -> Iterator[tuple[int, str, Guest | str]]:
        """What follows the titles; a cell in quotation marks may go over several lines."""
        for number, record in _records(lines, first=self.line + 1):
            cells = next(csv.reader(io.StringIO(record), delimiter=self.delimiter), [])
            found = {name: cells[at].strip() if at < len(cells) else "" for name, at in self.columns.items()}
            if any(cell.strip() for cell in cells):
                yield number, clean_line(record), _guest(**found)


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
        return _Titled(number, delimiter, columns) if "email" in columns else None
    return None


def _of_line(line: str) -> list[Guest | str]:
    pieces = [piece.strip() for piece in _SEPARATORS.findall(line) if piece.strip()]
    with_address = [piece for piece in pieces if "@" in piece]
    if not with_address:
        return [_("There is no e-mail address here.")]
    others = [piece for piece in pieces if "@" not in piece]
    if len(with_address) == 1:  # name, address, role, in any order
        role = next((piece for piece in others if piece.lower() in _ROLES), "")
        email, name = _parted(with_address[0])
        words = [_bare(piece) for piece in others if piece != role]
        return [_guest(email, name=", ".join([*words, name] if name else words), role=role)]
    return [
        *(_guest(email, name=name) for email, name in map(_parted, with_address)),
        *(_("There is no e-mail address in “{text}”.").format(text=clean_line(piece)) for piece in others),
    ]


def _parted(piece: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(piece)
    return (named["email"].strip(), _bare(named["name"])) if named else (piece, "")


def _bare(text: str) -> str:
    """Without the quotation marks around it."""
    return text.strip().strip('"').strip()


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
