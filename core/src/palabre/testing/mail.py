"""A mail server (SMTP) for tests, which keeps what it is given, and is refusing, slow or down when told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from palabre.config import MailSection


@dataclass(frozen=True)
class Received:
    """An e-mail as it came, with its envelope."""

    sender: str
    recipient: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The text as HTML."""
        return self._body("html")

    def calendar(self, *, attached: bool = False) -> bytes:
        """The calendar file: the part among the alternatives, or the attached one."""
        wanted = "application/ics" if attached else "text/calendar"
        for part in self.message.walk():
            if part.get_content_type() == wanted:
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                return content
        raise AssertionError("no calendar file")

    def _body(self, subtype: str) -> str:
        body = self.message.get_body((subtype,))
        assert body is not None
        text: str = body.get_content()
        return text


class MailServer:
    """A server on a port of its own; a context manager.

    :param login: name and password that it asks for.
    :param certificate: file with certificate and key, for TLS.
    :ivar mails: what it took, in order.
    :ivar answers: what it answers to some recipients: ``{"nobody@example.org": "550 no such person"}``.
    :ivar answer_to_data: what it answers instead of taking a mail; ``None`` to take it.
    :ivar delay_s: seconds before it says that it took a mail.
    :ivar connections: how many were opened.
    """

    def __init__(
        self, *, login: tuple[str, str] | None = None, certificate: str | None = None, tls: bool = False
    ) -> None:
        self.mails: list[Received] = []
        self.answers: dict[str, str] = {}
        self.answer_to_data: str | None = None
        self.delay_s = 0.0
        self.connections = 0
        self._login = login
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(certificate)
        self._tls = tls
        self._controller: Controller | None = None
        self.port = 0

    def settings(self, **more: Any) -> MailSection:
        """The configuration that leads to it."""
        given: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "security": "none"}
        if self._context is not None:
            given |= {"host": "localhost", "security": "tls" if self._tls else "starttls"}
        if self._login is not None:
            given |= {"user": self._login[0], "password": self._login[1]}
        return MailSection(**{**given, "sender": "meetings@example.org", "timeout_s": 5.0, **more})

    def to(self, recipient: str) -> list[Received]:
        """What came for one recipient, in order."""
        return [mail for mail in self.mails if mail.recipient == recipient]

    def start(self) -> None:
        """Listen; on the same port as before."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                self.port = probe.getsockname()[1]
        options: dict[str, Any] = {"enable_SMTPUTF8": True, "auth_required": self._login is not None}
        if self._login is not None:
            needs_tls = self._context is not None and not self._tls
            options |= {"authenticator": self._authenticate, "auth_require_tls": needs_tls}
        if self._context is not None and not self._tls:
            options |= {"tls_context": self._context, "require_starttls": True}
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ready_timeout=30,
            ssl_context=self._context if self._tls else None,
            **options,
        )
        self._controller.start()

    def stop(self) -> None:
        """Be down: nobody is listened to."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Somebody greets."""
        del server
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Somebody names a recipient."""
        del server, session, options
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Somebody hands a mail over."""
        del server, session
        if self.answer_to_data is not None:
            return self.answer_to_data
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        message = message_from_bytes(envelope.content, policy=default)
        for recipient in envelope.rcpt_tos:
            self.mails.append(Received(envelope.mail_from, recipient, message))
        await asyncio.sleep(self.delay_s)
        return "250 taken"

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and self._login == (
            given.login.decode(),
            given.password.decode(),
        )
        return AuthResult(success=is_right, handled=False)
