"""What is known of somebody, before and after it was checked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from palabre.contacts.phones import check_phone
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.mail import check_address, clean_line

LONGEST_LABEL = 64
MOST_LABELS = 20
LONGEST_NOTES = 10_000


@dataclass(frozen=True)
class Entry:
    """Somebody for the address book.

    As typed, any text; as ``checked`` gives it back, the e-mail address is normal and the number is E.164.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    labels: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True)
class Typed:
    """Somebody in a file, as it has them.

    :param number: of the line or card, from 1.
    :param left_out: further addresses and numbers, of which an entry has one each.
    """

    number: int
    entry: Entry
    left_out: tuple[str, ...] = ()


class BadEntry(Refused):
    """An entry that cannot be kept.

    :ivar problems: field of ``Entry`` to a sentence.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("bad_contact", " ".join(problems.values()))
        self.problems = problems


def checked(typed: Entry, *, country: str | None) -> Entry:
    """``typed`` as it is kept.

    :param country: of telephone numbers without ``+``; see ``country_of``.
    :raises BadEntry: with everything that is wrong with it.
    """
    problems = {}
    email = phone = ""
    try:
        email = check_address(typed.email) if typed.email.strip() else ""
    except Refused as refusal:
        problems["email"] = refusal.message
    try:
        phone = check_phone(typed.phone, country=country) if typed.phone.strip() else ""
    except Refused as refusal:
        problems["phone"] = refusal.message
    if not email and not phone and not problems:
        problems["email"] = _("Write an e-mail address or a telephone number.")
    labels = clean_labels(typed.labels)
    if len(labels) > MOST_LABELS:
        problems["labels"] = _("Somebody can have {most} labels at most.").format(most=MOST_LABELS)
    notes = clean_text(typed.notes)
    if len(notes) > LONGEST_NOTES:
        problems["notes"] = _("Notes can be {most} characters long.").format(most=LONGEST_NOTES)
    if problems:
        raise BadEntry(problems)
    return Entry(clean_line(typed.name), email, phone, labels, notes)


def clean_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels without spaces around them, each once whatever its accents and capitals, in the order of the alphabet."""
    seen: dict[str, str] = {}
    for label in labels:
        for part in label.replace(";", ",").split(","):
            clean = clean_line(part, longest=LONGEST_LABEL)
            if clean:
                seen.setdefault(folded(clean), clean)
    return tuple(seen[key] for key in sorted(seen))


def clean_text(text: str) -> str:
    """Several lines without control characters, and without empty space around them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()
