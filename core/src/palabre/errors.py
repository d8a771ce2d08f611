"""Errors, sorted by who has to act on them.

``Refused`` and its subclasses are for people: they carry a stable ``code`` for programs and a sentence in the
user's language. Everything else that derives from ``PalabreError`` is for the operator.
Branch on the type or on ``code``, never on the text.
"""

from __future__ import annotations


class PalabreError(Exception):
    """Something that the operator has to know about; never shown to a participant."""


class ConfigurationError(PalabreError):
    """The configuration is wrong. The message names the place and what to write instead."""


class Refused(Exception):
    """A request that cannot be granted, with what the person can do about it.

    :param code: stable, lower case with underscores; part of the public protocol.
    :param message: a whole sentence in the user's language.
    :param to_guests: what guests of a meeting read instead, when the reason is none of their business.
    """

    def __init__(self, code: str, message: str, *, to_guests: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.to_guests = to_guests

    def for_guest(self) -> Refused:
        """The refusal as a guest of the meeting may read it."""
        return self if self.to_guests is None else Refused("not_possible", self.to_guests)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"


class NotFound(Refused):
    """What was asked for does not exist, or not for this person."""


class NotAllowed(Refused):
    """The person is known, and may not do this."""


class TooFast(Refused):
    """More requests than the limit; trying again later helps."""
