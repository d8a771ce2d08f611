"""Passwords: which are good enough, and their argon2id hashes (RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from palabre.errors import Refused
from palabre.i18n import gettext as _

#: Fewest and most characters (NIST SP 800-63B, section 5.1.1.2, asks for at least 8 and nothing about their kinds).
SHORTEST, LONGEST = 10, 256

_HASHER = PasswordHasher()


def check_password(password: str, *, email: str, name: str = "") -> None:
    """Whether a password may be chosen.

    :raises Refused: code ``bad_password``.
    """
    if len(password) < SHORTEST:
        raise Refused(
            "bad_password", _("Choose a password of at least {count} characters.").format(count=SHORTEST)
        )
    if len(password) > LONGEST:
        raise Refused(
            "bad_password", _("Choose a password of at most {count} characters.").format(count=LONGEST)
        )
    own = {email.casefold(), email.partition("@")[0].casefold(), name.casefold()}
    if password.casefold() in own or len(set(password)) < 4:
        raise Refused(
            "bad_password", _("This password is easily guessed. Choose another, such as three or four words.")
        )


def hash_password(password: str) -> str:
    """The hash that is kept. Takes about 0.2 s, on purpose."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed. Takes as long where there is none, so that time tells nothing."""
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")
