"""Handing e-mails over: to a mail server (SMTP), or into the development mailbox where there is none."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import NoReturn, Protocol

from palabre.config import MailSection
from palabre.mail.addresses import ascii_domain
from palabre.mail.mailbox import Mailbox
from palabre.mail.message import wire

#: Name of the folder of the development mailbox, in the data folder.
MAILBOX = "mailbox"
#: A server has so long to say that it took a mail (RFC 5321, section 4.5.3.2.6), in seconds: whoever gives up sooner
#: sends mails twice that were only slow.
TAKEN_TIMEOUT_S = 600.0
#: What is no fault of the mail: answers to MAIL FROM about its size are about the mail, others about us.
_TOO_LARGE = 552


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
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(Hitch):
    """No mail can be handed over now: the server is away, or takes nothing from us."""


class Carrier(Protocol):
    """What takes e-mails away. One for each thread."""

    def deliver(self, message: Message[str, str], *, sender: str, recipient: str) -> None:
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

    def deliver(self, message: Message[str, str], *, sender: str, recipient: str) -> None:
        """See ``Carrier.deliver``."""
        connection = self._connected()
        try:
            self._hand_over(connection, message, sender=_wired(sender), recipient=_wired(recipient))
        except smtplib.SMTPSenderRefused as error:
            self._reset()
            if error.smtp_code == _TOO_LARGE:
                raise Refusal(_said(error)) from None
            raise Unreachable(_said(error)) from None
        except smtplib.SMTPNotSupportedError as error:  # letters in the address that the server does not know
            self._reset()
            raise Refusal(str(error)) from None
        except smtplib.SMTPResponseException as error:
            self._judge(error)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Hitch(f"{type(error).__name__}: {error}") from None

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
            self._connection = None

    def _connected(self) -> smtplib.SMTP:
        """A connection that answers.

        :raises Unreachable: there is none.
        """
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._connection.rset()[0] == 250:  # a server hangs up on those who pause
                    return self._connection
            self.close()
        try:
            self._connection = _connect(self._settings)
        except smtplib.SMTPResponseException as error:
            raise Unreachable(_said(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from None
        return self._connection

    def _hand_over(
        self, connection: smtplib.SMTP, message: Message[str, str], *, sender: str, recipient: str
    ) -> None:
        eight_bit = connection.has_extn("8bitmime")
        options = ["BODY=8BITMIME"] if eight_bit else []
        if not (sender + recipient).isascii():
            if not connection.has_extn("smtputf8"):
                raise smtplib.SMTPNotSupportedError("The mail server takes no such letters in addresses.")
            options.append("SMTPUTF8")
        code, said = connection.mail(sender, options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = connection.rcpt(recipient)
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, said)
        _wait_at_most(connection, TAKEN_TIMEOUT_S)
        code, said = connection.data(wire(message, eight_bit=eight_bit))
        if code != 250:
            raise smtplib.SMTPResponseException(code, said)
        _wait_at_most(connection, self._settings.timeout_s)

    def _judge(self, error: smtplib.SMTPResponseException) -> NoReturn:
        if error.smtp_code == 421:
            self.close()
        else:
            self._reset()
        if 500 <= error.smtp_code < 600:
            raise Refusal(_said(error)) from None
        raise Hitch(_said(error)) from None

    def _reset(self) -> None:
        """Ready for the next mail after a refused one; a connection that does not answer is given up."""
        if self._connection is not None:
            try:
                _wait_at_most(self._connection, self._settings.timeout_s)
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self.close()


def _connect(given: MailSection) -> smtplib.SMTP:
    assert given.host is not None
    # how we greet: smtplib would ask the name service, which may take its time
    name = ascii_domain(given.sender.rpartition("@")[2])
    if given.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            given.host, given.port, name, timeout=given.timeout_s, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(given.host, given.port, name, timeout=given.timeout_s)
    try:
        if given.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if given.user is not None and given.password is not None:
            connection.login(given.user, given.password.get_secret_value())
    except BaseException:
        connection.close()
        raise
    return connection


def _wait_at_most(connection: smtplib.SMTP, timeout_s: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(timeout_s)


def _wired(address: str) -> str:
    """An address as mail servers write it: the domain in ASCII."""
    user, _at, domain = address.rpartition("@")
    return f"{user}@{ascii_domain(domain)}"


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{error.smtp_code} {' '.join(text.split())}".strip()
