"""Addresses and names that are safe to write into the header of a mail."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from palabre.errors import Refused
from palabre.i18n import gettext as _

#: Longest name in a header, in characters.
LONGEST_NAME = 200


def clean_line(text: str, *, longest: int = LONGEST_NAME) -> str:
    """``text`` on one line: whitespace becomes one space, control and format characters go, the rest is cut."""
    words = " ".join(text.split())
    if words.isascii() and words.isprintable():
        return words[:longest].strip()
    kept = "".join(sign for sign in words if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    return " ".join(kept.split())[:longest].strip()


def check_address(text: str) -> str:
    """An e-mail address as it is kept: normalised, in lower case. Nobody is asked whether it exists.

    :raises Refused: code ``bad_address``.
    """
    address = _normal(text.strip())
    if address is None:
        raise Refused(
            "bad_address",
            _("{address} is not an e-mail address.").format(address=clean_line(text, longest=100)),
        )
    return address


@lru_cache(maxsize=10_000)
def ascii_domain(domain: str) -> str:
    """A domain as mail servers write it: other letters than ASCII as IDNA says. One that is none stays as it is."""
    try:
        found = validate_email(f"x@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return domain
    return found.ascii_domain or domain


@lru_cache(maxsize=20_000)
def _normal(text: str) -> str | None:
    try:
        # ``test_environment``: names such as .test and .localhost are used where Palabre is tried
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.lower()
