"""Handing e-mails over: to a mail server (SMTP), or into a folder where there is none."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from palabre.config import MailSection

#: Name of the folder of the development mailbox, in the data folder.
MAILBOX = "mailbox"


class Refusal(Exception):
    """The mail server refuses this mail for good (RFC 5321, 5yz); other mails may go.

    :param reason: what the server said, for the organiser.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Hitch(Exception):
    """The mail could not be handed over now; later may help.

    :param reason: what happened, for the organiser.
    :param concerns_all: the server itself is the trouble, not this mail.
    """

    def __init__(self, reason: str, *, concerns_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.concerns_all = concerns_all


class Carrier(Protocol):
    """What takes e-mails away."""

    def deliver(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand one e-mail over; when it returns, somebody else is responsible for it.

        :raises Refusal: for good.
        :raises Hitch: for now.
        """

    def close(self) -> None:
        """Nothing more for the moment."""


def carrier(settings: MailSection, data_dir: Path) -> Carrier:
    """What takes e-mails away in this installation."""
    return MailServer(settings) if settings.host else Mailbox(data_dir / MAILBOX)


class MailServer:
    """A mail server; the connection is kept for the mails that follow."""

    def __init__(self, settings: MailSection) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def deliver(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """See ``Carrier.deliver``."""
        try:
            connection = self._connected()
            connection.send_message(message, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            self._reset()
            code, said = next(iter(error.recipients.values()))
            raise _sorted(code, said) from None
        except smtplib.SMTPSenderRefused as error:
            self._reset()
            raise _sorted(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPDataError as error:
            self._reset()
            raise _sorted(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:  # an address in letters that the server does not know
            self._reset()
            raise Refusal(str(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Hitch(f"{type(error).__name__}: {error}", concerns_all=True) from None

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection = None

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            given = self._settings
            assert given.host is not None
            if given.security == "tls":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    given.host, given.port, timeout=given.timeout_s, context=ssl.create_default_context()
                )
            else:
                connection = smtplib.SMTP(given.host, given.port, timeout=given.timeout_s)
                if given.security == "starttls":
                    connection.starttls(context=ssl.create_default_context())
            if given.user is not None and given.password is not None:
                connection.login(given.user, given.password.get_secret_value())
            self._connection = connection
        return self._connection

    def _reset(self) -> None:
        """Ready for the next mail after a refused one; a connection that does not answer is given up."""
        if self._connection is not None:
            try:
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self.close()


class Mailbox:
    """A folder with a file for each e-mail, for development; nobody gets any."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """See ``Carrier.deliver``. Written under another name first, so that nobody reads half of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
        half = self._folder / f".{name}"
        half.write_bytes(bytes(message))
        half.replace(self._folder / name)

    def close(self) -> None:
        """Nothing is open."""


def _sorted(code: int, said: bytes | str) -> Refusal | Hitch:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    reason = f"{code} {text}".strip()
    return Refusal(reason) if 500 <= code < 600 else Hitch(reason, concerns_all=code == 421)
