"""Reading cards: vCard 3.0 and 4.0 (RFC 6350), and 2.1 as old telephones write it; several in one file."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

from palabre.contacts.entries import Entry, Typed
from palabre.mail import clean_line

#: How vCard 2.1 says that a value is in quoted-printable.
_QUOTED_PRINTABLE = {"QUOTED-PRINTABLE", "ENCODING=QUOTED-PRINTABLE"}


def read_cards(text: str) -> Iterator[Typed]:
    """Everybody in a file of cards."""
    # Not ``splitlines``: it cuts at U+2028 too, which may stand in a note.
    lines = iter(re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text)))
    number = 0
    card: dict[str, list[str]] | None = None
    for line in lines:
        head, colon, value = line.partition(":")
        name = head.split(";")[0].rpartition(".")[2].upper()
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            number, card = number + 1, {}
        elif name == "END" and card is not None:
            yield _of_card(number, card)
            card = None
        elif colon and card is not None:
            parameters = [one.upper() for one in head.split(";")[1:]]
            if not _QUOTED_PRINTABLE.isdisjoint(parameters):
                while value.endswith("="):
                    value = value[:-1] + next(lines, "")
                value = _decoded(value, parameters)
            card.setdefault(name, []).append(value)


def _decoded(value: str, parameters: list[str]) -> str:
    """What a value in quoted-printable says (RFC 2045, section 6.7)."""
    content = quopri.decodestring(value.encode())
    charset = next((one.partition("=")[2] for one in parameters if one.startswith("CHARSET=")), "utf-8")
    try:
        return content.decode(charset)
    except (LookupError, ValueError):
        return content.decode("cp1252", errors="replace")


def _of_card(number: int, card: dict[str, list[str]]) -> Typed:
    def first(name: str) -> str:
        return _plain(next(iter(card.get(name, ())), ""))

    name = first("FN")
    if not name and "N" in card:
        family, given, *_rest = [*_split(card["N"][0], ";"), "", ""]
        name = f"{given} {family}".strip()
    labels = [label for value in card.get("CATEGORIES", ()) for label in _split(value, ",")]
    email, *emails = [_plain(value).removeprefix("mailto:") for value in card.get("EMAIL", ())] or [""]
    phone, *phones = [
        _plain(value).removeprefix("tel:").partition(";")[0] for value in card.get("TEL", ())
    ] or [""]
    if name in (email, phone):
        name = ""
    others = (clean_line(value) for value in (*emails, *phones) if value not in (email, phone))
    entry = Entry(clean_line(name), email, phone, tuple(labels), first("NOTE"))
    return Typed(number, entry, tuple(dict.fromkeys(other for other in others if other)))


def _split(value: str, separator: str) -> list[str]:
    return [_plain(part) for part in re.findall(rf"(?:^|{separator})((?:\\.|[^\\{separator}])*)", value)]


def _plain(value: str) -> str:
    return re.sub(r"\\([nN\\,;:])", lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
