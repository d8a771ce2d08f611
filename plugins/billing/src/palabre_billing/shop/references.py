"""References that people copy by hand onto cheques and transfers."""

from __future__ import annotations

import re
import secrets

#: Without the letters and figures that are taken for each other (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 7
_MISREAD = str.maketrans("OIL", "011")
#: In what a bank passes on: with or without blanks and dashes.
_WRITTEN = re.compile(r"P[\W_]*((?:[0-9A-Za-z][\W_]*){8})")


def new_reference() -> str:
    """A new reference: ``P`` and eight signs of which the last one checks the others."""
    signs = "".join(secrets.choice(_SIGNS) for _sign in range(_LENGTH))
    return f"P{signs}{_check(signs)}"


def readable(reference: str) -> str:
    """A reference in pieces that can be read: ``P-7K4M-2QXA``."""
    return f"{reference[0]}-{reference[1:5]}-{reference[5:]}"


def references_in(text: str) -> list[str]:
    """Every reference that stands in a text, however it was written, in order."""
    found = []
    upper = text.upper()
    start = 0
    while (match := _WRITTEN.search(upper, start)) is not None:
        signs = re.sub(r"[\W_]", "", match[1]).translate(_MISREAD)
        if all(sign in _SIGNS for sign in signs) and _check(signs[:-1]) == signs[-1]:
            found.append(f"P{signs}")
            start = match.end()
        else:
            start = match.start() + 1
    return list(dict.fromkeys(found))


def _check(signs: str) -> str:
    """A weighted sum that finds one wrong sign, and two neighbours that changed places.

    The weights are odd and so prime to 32: another sign always makes another sum. Neighbours' weights differ by two,
    so that of two that changed places only those with 16 signs between them are missed.
    """
    total = sum((2 * place + 1) * _SIGNS.index(sign) for place, sign in enumerate(signs))
    return _SIGNS[total % 32]
