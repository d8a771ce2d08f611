"""Reading a guest list that somebody typed, pasted, or saved from a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from palabre.errors import Refused
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
}
_ROLES = {
    **dict.fromkeys(("presenter", "host", "animateur", "animatrice"), Role.PRESENTER),
    **dict.fromkeys(("guest", "participant", "invité", "invitée", "invite"), Role.GUEST),
}
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

    Lines that cannot be read are problems; the others are guests all the same. An address that comes twice is a guest
    once and a problem once.
    """
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
        guests[email] = Guest(email, clean_line(found.name), found.role)
    return GuestLines(tuple(guests.values()), tuple(problems))


def _entries(text: str) -> Iterator[tuple[int, str, Guest | str]]:
    lines = text.splitlines()
    titled = _titles(lines)
    for number, line in enumerate(lines, start=1):
        shown = clean_line(line)
        if not shown or (titled and number <= titled.line):
            continue
        found = [titled.read(line)] if titled else _of_line(line)
        yield from ((number, shown, one) for one in found)


@dataclass(frozen=True)
class _Titled:
    """A list with a line of titles."""

    line: int
    delimiter: str
    columns: dict[str, int]

    def read(self, line: str) -> Guest | str:
        cells = next(csv.reader([line], delimiter=self.delimiter), [])
        found = {name: cells[at].strip() if at < len(cells) else "" for name, at in self.columns.items()}
        return _guest(found["email"], found.get("name", ""), found.get("role", ""))


def _titles(lines: list[str]) -> _Titled | None:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if "@" in line:
            return None
        delimiter = max(",;\t", key=line.count)
        cells = [cell.strip().lower() for cell in next(csv.reader([line], delimiter=delimiter), [])]
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
        words = [piece for piece in others if piece != role]
        return [_guest(email, ", ".join([*words, name] if name else words), role)]
    return [
        *(_guest(*_parted(piece), "") for piece in with_address),
        *(_("There is no e-mail address in “{text}”.").format(text=clean_line(piece)) for piece in others),
    ]


def _parted(piece: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(piece)
    return (named["email"].strip(), named["name"].strip()) if named else (piece, "")


def _guest(email: str, name: str, role: str) -> Guest | str:
    found = _ROLES.get(role.lower(), Role.GUEST) if role else Role.GUEST
    if role and role.lower() not in _ROLES:
        return _("“{role}” is no role: write presenter or guest.").format(role=clean_line(role))
    return Guest(email, name.strip().strip('"').strip(), found)
