"""Names that people give themselves."""

from __future__ import annotations

import unicodedata

from palabre.errors import Refused
from palabre.i18n import gettext as _

#: Longest name, in characters.
NAME_LENGTH = 80


def clean_name(given: object) -> str:
    """A name fit to be shown: composed, without control or direction-changing characters, single spaces.

    :raises Refused: code ``bad_name``, when nothing readable is left or it is too long.
    """
    if not isinstance(given, str):
        raise Refused("bad_name", _("Give your name, so that the others know who you are."))
    if len(given) > NAME_LENGTH * 10:
        raise _too_long()
    composed = unicodedata.normalize("NFC", given)
    readable = "".join(" " if char.isspace() else char for char in composed if _is_readable(char))
    name = " ".join(readable.split())
    if not any(unicodedata.category(char)[0] in "LNS" for char in name):
        raise Refused("bad_name", _("Give your name, so that the others know who you are."))
    if len(name) > NAME_LENGTH:
        raise _too_long()
    return name


def _is_readable(char: str) -> bool:
    # Cf holds direction overrides and invisible joiners; the zero-width joiner is needed by several scripts
    category = unicodedata.category(char)
    return char.isspace() or char in "\u200c\u200d" or category not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _too_long() -> Refused:
    return Refused(
        "bad_name", _("Your name is too long: {limit} characters at most.").format(limit=NAME_LENGTH)
    )
