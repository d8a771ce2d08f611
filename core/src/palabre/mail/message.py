"""A letter as an e-mail: text and HTML, the tenant's brand, the calendar part, headers that nobody can inject into."""

from __future__ import annotations

import secrets
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime
from typing import Any

from palabre.i18n import gettext as _
from palabre.mail.addresses import ascii_domain, clean_line
from palabre.mail.letter import Attachment, Letter
from palabre.mail.page import as_html

#: Longest subject, in characters.
_LONGEST_SUBJECT = 200
#: Longest line, in bytes.
_LONGEST_LINE = 990


class _Written(Compat32):
    """Writes headers as they are: folded and encoded already, which the library would find out for each once more."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """One header with its line end."""
        return f"{name}: {value}\r\n".encode("ascii", "surrogateescape")


_WIRE = _Written(linesep="\r\n", max_line_length=0)


def make_message(
    letter: Letter,
    *,
    message_id: str,
    sender: Address,
    to: Address,
    brand: str,
    language: str,
    now: datetime,
) -> Message[str, str]:
    """The e-mail of a letter.

    :param message_id: without angle brackets; the same for each attempt, so that a receiver can drop a second one
        (RFC 5322, section 3.6.4).
    """
    alternatives: list[Any] = [
        _text(as_text(letter), "plain"),
        _text(as_html(letter, brand=brand, language=language), "html"),
        *(_file(one) for one in letter.attachments if one.is_alternative),
    ]
    attached = [_file(one) for one in letter.attachments if not one.is_alternative]
    message = _multipart("mixed" if attached else "alternative")
    headers = {
        "From": _mailbox("From", sender),
        "To": _mailbox("To", to),
        "Subject": _words("Subject", clean_line(letter.subject, longest=_LONGEST_SUBJECT)),
        "Date": format_datetime(now),
        "Message-ID": f"<{message_id}>",
        # Answering machines keep quiet (RFC 3834).
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
        **({"Reply-To": _mailbox("Reply-To", address(letter.reply_to))} if letter.reply_to else {}),
    }
    for name, value in headers.items():
        message[name] = value
    message.set_payload([_multipart("alternative", alternatives), *attached] if attached else alternatives)
    return message


def _multipart(subtype: str, parts: list[Any] | None = None) -> MIMEMultipart:
    # With a boundary of our own the library searches none that is in no part; 128 random bits are in none.
    return MIMEMultipart(subtype, f"={secrets.token_hex(16)}=", parts)


def wire(message: Message[str, str], *, eight_bit: bool = True) -> bytes:
    """An e-mail as it goes over the network and into files.

    :param eight_bit: whether the receiver takes 8-bit text (RFC 6152).
    """
    return message.as_bytes(policy=_WIRE if eight_bit else _WIRE.clone(cte_type="7bit"))


def address(email: str, name: str = "") -> Address:
    """An address for a header; the name is on one line, the domain in ASCII."""
    user, _at, domain = email.rpartition("@")
    return Address(clean_line(name), user, ascii_domain(domain))


def named_value(name: str, value: str) -> str:
    """Name and value on a line of text."""
    return _("{name}: {value}").format(name=name, value=value).replace(" \n", "\n")


def as_text(letter: Letter) -> str:
    """The letter for programs that show no HTML."""
    parts = list(letter.paragraphs)
    if letter.details:
        parts.append("\n".join(named_value(name, value) for name, value in letter.details))
    if letter.action:
        parts.append(named_value(letter.action[0], f"\n{letter.action[1]}"))
    if letter.notes:
        parts.append("--\n" + "\n".join(letter.notes))
    return "\n\n".join(parts) + "\n"


# Mails are made with the older classes of ``email``, which write them several times as fast as ``EmailMessage``.


def _words(name: str, text: str) -> str:
    """Text as a header holds it; other letters than ASCII are encoded (RFC 2047)."""
    return text if text.isascii() else Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _mailbox(name: str, to: Address) -> str:
    """Name and address as a header holds them."""
    # letters in the address itself go by SMTPUTF8 alone, which takes them as they are (RFC 6532)
    spec = f"<{to.addr_spec}>".encode().decode("ascii", "surrogateescape")
    if not to.display_name:
        return spec
    if to.display_name.isascii():
        quoted = str(Address(to.display_name, "x", "x")).removesuffix(" <x@x>")
        return f"{quoted} {spec}"
    return f"{_words(name, to.display_name)}\r\n {spec}"


def _text(text: str, subtype: str) -> Message:
    """Text as it is, where its lines are short enough for mail servers (RFC 5322, section 2.1.1)."""
    content = text.encode()
    if max(map(len, content.splitlines()), default=0) > _LONGEST_LINE:
        return MIMEText(text, subtype, "utf-8")
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "8bit"
    part.set_payload(content.decode("ascii", "surrogateescape"))
    return part


def _file(one: Attachment) -> Message:
    part: Message[str, str] = Message()
    part["Content-Type"] = clean_line(one.content_type)
    part.set_payload(one.content)
    encode_base64(part)
    # Gmail, Outlook and Apple look for the calendar among the alternatives (RFC 6047, section 2.4).
    if not one.is_alternative:
        part.add_header("Content-Disposition", "attachment", filename=clean_line(one.name))
    return part
