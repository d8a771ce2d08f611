"""A letter as an e-mail: text and HTML, the tenant's brand, the calendar part, headers that nobody can inject into."""

from __future__ import annotations

from datetime import datetime
from email.encoders import encode_base64
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
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


def make_message(
    letter: Letter,
    *,
    message_id: str,
    sender: Address,
    to: Address,
    brand: str,
    language: str,
    now: datetime,
) -> EmailMessage:
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
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = clean_line(letter.subject, longest=_LONGEST_SUBJECT)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}>"
    # Answering machines keep quiet (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    if letter.reply_to:
        message["Reply-To"] = address(letter.reply_to)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = "multipart/mixed" if attached else "multipart/alternative"
    message.set_payload(
        [MIMEMultipart("alternative", None, alternatives), *attached] if attached else alternatives
    )
    return message


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


# The parts below are made with the older classes of ``email``, which write a part five times as fast.


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
