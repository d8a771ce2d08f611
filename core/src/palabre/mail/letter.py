"""What a mail says, before it is a message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter.

    :param content_type: ``text/calendar; method=REQUEST``.
    :param is_alternative: also another form of the letter itself, as calendar programs expect of an invitation.
    """

    name: str
    content_type: str
    content: bytes
    is_alternative: bool = False


@dataclass(frozen=True)
class Letter:
    """What a mail says. Plain text everywhere; it is escaped when it becomes HTML.

    :param subject: one line.
    :param paragraphs: the text; a line break stays one.
    :param action: label and address of what the reader is to do.
    :param details: pairs of name and value, shown as a table: when, where.
    :param notes: small print below.
    :param reply_to: address that answers go to; ``None`` is the sender's.
    """

    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None = None
    details: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
