"""A letter as an e-mail: text and HTML, the tenant's brand, the calendar part, headers that nobody can inject into."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from palabre.mail.addresses import ascii_domain, clean_line
from palabre.mail.letter import Attachment, Letter

#: Longest subject, in characters.
_LONGEST_SUBJECT = 200

# Colours of the site; programs that read mail know no style sheet, so each element has its own.
_PAGE = "background:#faf8f3;color:#17201c;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_CARD = "max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #d9d2c2;border-radius:12px"
_BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:10px;background:#1f7a4d;color:#ffffff;"
    "font-weight:bold;text-decoration:none"
)
_SOFT = "color:#4c5952;font-size:14px"


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


def as_text(letter: Letter) -> str:
    """The letter for programs that show no HTML."""
    parts = list(letter.paragraphs)
    if letter.details:
        parts.append("\n".join(f"{name}: {value}" for name, value in letter.details))
    if letter.action:
        label, link = letter.action
        parts.append(f"{label}:\n{link}")
    if letter.notes:
        parts.append("--\n" + "\n".join(letter.notes))
    return "\n\n".join(parts) + "\n"


def as_html(letter: Letter, *, brand: str, language: str) -> str:
    """The letter as HTML that stands alone: no picture is fetched, nobody is counted."""
    body = [f'<p style="margin:0 0 16px">{_lines(paragraph)}</p>' for paragraph in letter.paragraphs]
    if letter.details:
        rows = "".join(
            f'<tr><td style="padding:4px 16px 4px 0;vertical-align:top;{_SOFT}">{escape(name)}</td>'
            f'<td style="padding:4px 0;vertical-align:top">{_lines(value)}</td></tr>'
            for name, value in letter.details
        )
        body.append(f'<table role="presentation" style="margin:0 0 16px;border-spacing:0">{rows}</table>')
    if letter.action:
        label, link = letter.action
        body.append(
            f'<p style="margin:0 0 8px"><a href="{escape(link)}" style="{_BUTTON}">{escape(label)}</a></p>'
            f'<p style="margin:0 0 16px;word-break:break-all;{_SOFT}">{escape(link)}</p>'
        )
    body += [f'<p style="margin:0 0 8px;{_SOFT}">{_linked(note)}</p>' for note in letter.notes]
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"></head>'
        f'<body style="margin:0;padding:24px 12px;{_PAGE}"><div style="{_CARD}">'
        f'<p style="margin:0 0 16px;font-weight:bold;color:#17613d">{escape(brand)}</p>'
        f"{''.join(body)}</div></body></html>"
    )


def _attach(message: EmailMessage, one: Attachment) -> None:
    main, _slash, rest = one.content_type.partition("/")
    subtype, *parameters = (part.strip() for part in rest.split(";"))
    values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
    if one.is_alternative:
        # Gmail, Outlook and Apple look for the calendar among the alternatives (RFC 6047, section 2.4).
        message.add_alternative(one.content, maintype=main, subtype=subtype, cte="base64", params=values)
        return
    message.add_attachment(one.content, maintype=main, subtype=subtype, filename=one.name, params=values)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _linked(text: str) -> str:
    """A note in which addresses of the web can be followed."""
    words = [
        f'<a href="{escape(word)}" style="color:#17613d">{escape(word)}</a>'
        if word.startswith(("https://", "http://"))
        else escape(word)
        for word in text.split(" ")
    ]
    return " ".join(words)
