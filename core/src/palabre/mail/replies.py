"""What comes back: answers to calendar invitations (iTIP REPLY, RFC 5546) and reports of mail that did not arrive
(RFC 3464).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage, Message

from icalendar import Calendar

#: Answers that mean something to us (RFC 5545, section 3.2.12).
ANSWERS = ("ACCEPTED", "TENTATIVE", "DECLINED")
#: What an automatic report of an undeliverable mail says about it (RFC 3464, section 2.3.3).
_FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """Somebody answered an invitation.

    :param uid: of the meeting, as in the invitation.
    :param email: who answers.
    :param partstat: one of ``ANSWERS``.
    :param is_of_one_time: it is about one time of a repeated meeting (RECURRENCE-ID), not about the meeting.
    """

    uid: str
    email: str
    partstat: str
    is_of_one_time: bool = False


@dataclass(frozen=True)
class Bounce:
    """A mail did not arrive.

    :param message_id: of the mail, without angle brackets; empty when the report does not say.
    :param email: to whom.
    :param reason: what the server said.
    """

    message_id: str
    email: str
    reason: str


def read(message: EmailMessage) -> list[Answer | Bounce]:
    """What a mail means to us; nothing for any other mail."""
    found: list[Answer | Bounce] = []
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            found += _answers(part)
        elif part.get_content_type() == "message/delivery-status":
            found += _bounces(part, _message_id(message))
    return list(dict.fromkeys(found))


def _answers(part: Message) -> list[Answer]:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return []
    try:
        calendar = Calendar.from_ical(content)
    except ValueError:  # whatever a stranger's program calls a calendar
        return []
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return []
    found = []
    for event in calendar.walk("VEVENT"):
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            partstat = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
            email = str(attendee).lower().removeprefix("mailto:")
            if partstat in ANSWERS:
                uid, is_of_one_time = str(event.get("UID", "")), "RECURRENCE-ID" in event
                found.append(Answer(uid, email, partstat, is_of_one_time))
    return found


def _bounces(part: Message, message_id: str) -> list[Bounce]:
    blocks = part.get_payload()
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message) or str(block.get("Action", "")).strip().lower() != _FAILED:
            continue
        recipient = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
        reason = str(block.get("Diagnostic-Code") or block.get("Status") or "").partition(";")
        said = " ".join((reason[2] or reason[0]).split())
        found.append(Bounce(message_id, recipient.rpartition(";")[2].strip().lower(), said[:500]))
    return found


def _message_id(report: EmailMessage) -> str:
    """Of the mail that a report is about: its headers, or all of it, are the last part."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            lines = text.decode(errors="replace").splitlines() if isinstance(text, bytes) else []
            for line in lines:
                if line.lower().startswith("message-id:"):
                    return line.partition(":")[2].strip().strip("<>")
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return str(inner[0].get("Message-ID", "")).strip().strip("<>")
    return ""
