"""A letter as an e-mail: text and HTML, the tenant's brand, the calendar part, headers that nobody can inject into."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from palabre.i18n import gettext as _
from palabre.mail.addresses import ascii_domain, clean_line
from palabre.mail.letter import Attachment, Letter
from palabre.mail.page import as_html

#: Longest subject, in characters.
_LONGEST_SUBJECT = 200


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
    message.set_content(as_text(letter))
    message.add_alternative(as_html(letter, brand=brand, language=language), subtype="html")
    for one in letter.attachments:
        _attach(message, one)
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


def _attach(message: EmailMessage, one: Attachment) -> None:
    main, _slash, rest = one.content_type.partition("/")
    subtype, *parameters = (part.strip() for part in rest.split(";"))
    values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
    if one.is_alternative:
        # Gmail, Outlook and Apple look for the calendar among the alternatives (RFC 6047, section 2.4).
        message.add_alternative(one.content, maintype=main, subtype=subtype, cte="base64", params=values)
        return
    message.add_attachment(one.content, maintype=main, subtype=subtype, filename=one.name, params=values)
