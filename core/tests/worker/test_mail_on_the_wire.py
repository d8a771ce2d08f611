"""What a mail server is given: headers, addresses, TLS and login; and the mailbox where there is no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from mails import Owe, rows, send

from palabre.application import Application
from palabre.config import MailSection
from palabre.mail import clean_line
from palabre.mail.delivery import Unreachable, carrier
from palabre.mail.mailbox import Mailbox
from palabre.model import MailState
from palabre.testing.mail import MailServer
from palabre.worker.mailing import send_due


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def mail_settings(mail_server: MailServer) -> MailSection:
    return mail_server.settings()


Make = Callable[[], Application]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with key and certificate of ``localhost``, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return str(file)


@pytest.mark.parametrize(
    "name", ["Sam\r\nBcc: all@example.org", "Sam\nBcc: all@example.org", "S\x00am\u2028x"]
)
def test_a_name_cannot_add_a_header(
    application: Application, owe: Owe, mail_server: MailServer, name: str
) -> None:
    owe("one", name=name)
    send(application)
    (mail,) = mail_server.mails
    assert mail.message["Bcc"] is None
    assert len(mail.message["To"].addresses) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Réunion @ midi <é>",
        "long " * 60,
        "é" * 150,
        'quo"ted, comma; <angle>',
        "\u202eright to left",
        "日本語 " * 30,
    ],
)
def test_any_name_and_subject_arrives_whole(
    application: Application, owe: Owe, mail_server: MailServer, name: str
) -> None:
    owe("one", name=name)
    send(application)
    (mail,) = mail_server.mails
    kept = clean_line(name)
    # as RFC 2047 says; the newer classes of ``email`` leave spaces between encoded words
    raw = {key: str(make_header(decode_header(value))) for key, value in mail.message.raw_items()}
    assert raw["Subject"] == clean_line(f"To {kept}")
    assert parseaddr(raw["To"]) in ((kept, "one@example.org"), parseaddr(f"{kept} <one@example.org>"))
    assert mail.message["To"].addresses[0].addr_spec == "one@example.org"


def test_an_address_with_other_letters_arrives(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one", email="jörg@münchen.example")
    owe("two", email="sam@münchen.example")
    assert send(application) == 2
    assert [mail.recipient for mail in mail_server.mails] == [
        "jörg@xn--mnchen-3ya.example",
        "sam@xn--mnchen-3ya.example",
    ]


class TestWithLogin:
    @pytest.fixture(params=["starttls", "tls"])
    def mail_server(
        self, request: pytest.FixtureRequest, certificate: str, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[MailServer]:
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        login = ("palabre", "correct horse")
        with MailServer(login=login, certificate=certificate, tls=request.param == "tls") as server:
            yield server

    def test_mail_goes_by_tls(self, application: Application, owe: Owe, mail_server: MailServer) -> None:
        owe("one")
        assert send(application) == 1

    def test_a_wrong_password_fails_no_mail(
        self, make_application: Make, application: Application, owe: Owe, mail_server: MailServer
    ) -> None:
        owe("one")
        by = carrier(mail_server.settings(password="wrong"), application.settings.data_dir)
        with pytest.raises(Unreachable, match="535"):
            send_due(application, by)
        assert rows(application)["one"].state is MailState.WAITING

    def test_a_server_nobody_vouches_for_gets_nothing(
        self, application: Application, owe: Owe, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        owe("one")
        with pytest.raises(Unreachable, match="certificate verify failed"):
            send(application)


def test_a_server_without_tls_gets_nothing_unless_told(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one")
    by = carrier(mail_server.settings(security="starttls"), application.settings.data_dir)
    with pytest.raises(Unreachable, match="STARTTLS"):
        send_due(application, by)
    assert rows(application)["one"].state is MailState.WAITING


class TestWithoutServer:
    @pytest.fixture
    def mail_settings(self) -> MailSection:
        return MailSection()

    def test_mail_is_kept_in_the_development_mailbox(self, application: Application, owe: Owe) -> None:
        owe("one", says="Good day.")
        assert send(application) == 1
        (kept,) = Mailbox(application.settings.data_dir / "mailbox").newest(10)
        assert (kept.subject, kept.to) == ("To Sam", "Sam <one@example.org>")
        assert "Good day." in kept.text
        assert "Good day." in kept.html
