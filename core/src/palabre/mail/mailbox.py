"""The development mailbox: a folder with a file for each e-mail. Nobody gets any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

from palabre.mail.message import wire

_NAME = re.compile(r"[0-9A-Za-z]{1,64}")


@dataclass(frozen=True)
class Kept:
    """An e-mail in the mailbox.

    :param name: of its file, without the ending.
    :param files: name and size in bytes of what is attached.
    """

    name: str
    sent_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    html: str
    files: tuple[tuple[str, int], ...]


class Mailbox:
    """A folder of e-mails; a carrier as a mail server is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: Message[str, str], *, sender: str, recipient: str) -> None:
        """See ``Carrier.deliver``. Written under another name first, so that nobody reads half of it."""
        del sender, recipient  # they are in the message
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
        half = self._folder / f".{name}"
        half.write_bytes(wire(message))
        half.replace(self._folder / name)

    def close(self) -> None:
        """Nothing is open."""

    def newest(self, limit: int) -> list[Kept]:
        """The last e-mails, the newest first."""
        files = sorted(
            self._folder.glob("[!.]*.eml"),
            key=lambda file: (file.stat().st_mtime_ns, file.name),
            reverse=True,
        )
        return [_kept(file.stem, _read(file)) for file in files[:limit]]

    def find(self, name: str) -> Kept | None:
        """One e-mail; ``None`` when there is no such one."""
        file = self._folder / f"{name}.eml"
        return _kept(name, _read(file)) if _NAME.fullmatch(name) and file.is_file() else None

    def file(self, name: str, number: int) -> tuple[str, str, bytes] | None:
        """Name, type and content of what is attached to an e-mail, counted from 0."""
        path = self._folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not path.is_file():
            return None
        attached = list(_read(path).iter_attachments())
        if not 0 <= number < len(attached):
            return None
        part = attached[number]
        return (
            part.get_filename("file"),
            part.get_content_type(),
            cast("bytes", part.get_payload(decode=True)),
        )


def _read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


def _kept(name: str, message: EmailMessage) -> Kept:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Kept(
        name,
        parsedate_to_datetime(message["Date"]),
        str(message["From"]),
        str(message["To"]),
        str(message["Subject"]),
        text.get_content() if text else "",
        html.get_content() if html else "",
        tuple(
            (part.get_filename("file"), len(cast("bytes", part.get_payload(decode=True))))
            for part in message.iter_attachments()
        ),
    )
