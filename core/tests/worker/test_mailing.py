"""Mail leaves once, whatever the mail server does."""

from __future__ import annotations

import threading
import time
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
from sqlalchemy import select

from palabre.application import Application
from palabre.config import MailSection
from palabre.mail import Letter, clean_line, queue_mail
from palabre.mail.delivery import Unreachable, carrier
from palabre.mail.mailbox import Mailbox
from palabre.mail.outbox import GIVEN_UP_AFTER_S
from palabre.model import Mail, MailState
from palabre.tenants import TenantContext
from palabre.testing.clock import TestClock
from palabre.testing.mail import MailServer
from palabre.testing.room import HeadlessRoom
from palabre.worker.mailing import BATCH, CLAIM_S, WRITERS, Batch, send_due
from palabre.worker.senders import Senders


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def mail_settings(mail_server: MailServer) -> MailSection:
    return mail_server.settings()


@pytest.fixture(autouse=True)
def _writer(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_application: Application, _session: object, mail: Mail) -> Letter | None:
        if mail.data.get("broken"):
            raise ValueError("no such word")
        return None if mail.data.get("unwanted") else Letter(f"To {mail.name}", (mail.data["says"],))

    monkeypatch.setitem(WRITERS, "test", write)


Owe = Callable[..., None]
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


@pytest.fixture
def owe(application: Application, tenant: TenantContext) -> Owe:
    def owe(key: str, *, email: str = "", name: str = "Sam", says: str = "Good day.", **data: object) -> None:
        with application.db.transaction() as session:
            queue_mail(
                session,
                key=key,
                kind="test",
                email=email or f"{key}@example.org",
                name=name,
                language="en",
                tenant_id=tenant.id,
                now=application.clock.now(),
                data={"says": says, **data},
            )

    return owe


def _send(application: Application) -> int:
    by = carrier(application.settings.mail, application.settings.data_dir)
    try:
        return send_due(application, by)
    finally:
        by.close()


def _wait(condition: Callable[[], bool], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _rows(application: Application) -> dict[str, Mail]:
    with application.db.reading() as session:
        return {mail.key: mail for mail in session.scalars(select(Mail).order_by(Mail.id))}


def test_a_mail_says_what_its_letter_says(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one", name="Zoé <b>", says="Good <day> & night")
    assert _send(application) == 1
    (mail,) = mail_server.mails
    assert (mail.sender, mail.recipient) == ("meetings@example.org", "one@example.org")
    assert mail.subject == "To Zoé <b>"
    assert mail.message["To"].addresses[0].display_name == "Zoé <b>"
    assert mail.message["From"].addresses[0].display_name == "Default"
    assert "Good <day> & night" in mail.text
    assert "Good &lt;day&gt; &amp; night" in mail.html
    row = _rows(application)["one"]
    assert mail.message["Message-ID"] == f"<{row.public_id}@example.org>"
    assert (row.state, row.sent_at, row.data) == (MailState.SENT, application.clock.now(), {})


def test_what_is_owed_twice_under_one_key_is_sent_once(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one")
    owe("one")
    assert _send(application) == 1
    owe("one")
    assert _send(application) == 0
    assert len(mail_server.mails) == 1


def test_a_mail_waits_for_its_time(
    application: Application, tenant: TenantContext, clock: TestClock, mail_server: MailServer
) -> None:
    with application.db.transaction() as session:
        queue_mail(
            session,
            key="later",
            kind="test",
            email="a@example.org",
            language="en",
            tenant_id=tenant.id,
            now=clock.now(),
            due_at=clock.now() + timedelta(minutes=10),
            data={"says": "now"},
        )
    assert _send(application) == 0
    clock.advance(minutes=10)
    assert _send(application) == 1


def test_a_refused_recipient_does_not_hold_up_the_others(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    mail_server.answers["two@example.org"] = "550 5.1.1 no such person"
    for key in ("one", "two", "three"):
        owe(key)
    assert _send(application) == 3
    rows = _rows(application)
    assert [rows[key].state for key in ("one", "two", "three")] == [
        MailState.SENT,
        MailState.FAILED,
        MailState.SENT,
    ]
    assert rows["two"].problem == "550 5.1.1 no such person"
    assert mail_server.connections == 1


def test_a_recipient_who_is_to_come_later_comes_later(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    mail_server.answers["grey@example.org"] = "451 4.7.1 come back later"
    owe("grey")
    owe("other")
    assert _send(application) == 1
    assert _rows(application)["grey"].problem == "451 4.7.1 come back later"
    assert _send(application) == 0  # not at once again
    del mail_server.answers["grey@example.org"]
    clock.advance(seconds=16)
    assert _send(application) == 1
    assert _rows(application)["grey"].problem is None


def test_when_the_server_was_down_for_an_hour_everything_arrives(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    keys = [f"k{number}" for number in range(BATCH + 5)]
    for key in keys:
        owe(key)
    mail_server.stop()
    for _minute in range(60):
        with pytest.raises(Unreachable):
            _send(application)
        clock.advance(minutes=1)
    assert "refused" in (_rows(application)["k0"].problem or "")
    mail_server.start()
    assert _send(application) == len(keys)
    assert sorted(mail.recipient for mail in mail_server.mails) == sorted(
        f"{key}@example.org" for key in keys
    )


def test_when_the_server_takes_nothing_for_days_the_organiser_learns_why(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    owe("one")
    mail_server.stop()
    clock.advance(seconds=GIVEN_UP_AFTER_S + 1)
    with pytest.raises(Unreachable):
        _send(application)
    row = _rows(application)["one"]
    assert row.state is MailState.FAILED
    assert "refused" in (row.problem or "")


def test_a_server_that_drops_one_mail_gets_the_others(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    owe("one")
    mail_server.answer_to_data = "421 4.3.0 out of order"
    assert _send(application) == 0
    mail_server.answer_to_data = None
    owe("two")
    assert _send(application) == 1
    clock.advance(minutes=1)
    assert _send(application) == 1


def test_a_slow_server_gets_each_mail_once(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    mail_server.delay_s = 0.3
    for number in range(3):
        owe(f"k{number}")
    assert _send(application) == 3
    assert len(mail_server.mails) == 3


def test_a_mail_that_cannot_be_written_holds_up_nobody(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("bad", broken=True)
    owe("good")
    assert _send(application) == 1
    assert _rows(application)["bad"].problem == "ValueError: no such word"


def test_a_mail_that_nobody_needs_any_more_is_not_sent(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("gone", unwanted=True)
    assert _send(application) == 1
    assert not mail_server.mails
    assert _rows(application)["gone"].state is MailState.WITHDRAWN


def test_what_a_killed_worker_was_at_is_sent_by_another(
    application: Application,
    make_application: Application,
    owe: Owe,
    clock: TestClock,
    mail_server: MailServer,
) -> None:
    owe("one")
    assert len(Batch.claim(application).due) == 1  # and then it is killed
    other = make_application()
    assert _send(other) == 0
    clock.advance(seconds=CLAIM_S + 1)
    assert _send(other) == 1


def test_a_claim_that_is_renewed_is_kept(
    application: Application,
    make_application: Application,
    owe: Owe,
    clock: TestClock,
    mail_server: MailServer,
) -> None:
    owe("one")
    batch = Batch.claim(application)
    for _quarter in range(8):
        clock.advance(seconds=CLAIM_S / 4)
        batch.renew()
    assert not Batch.claim(make_application()).due


def test_a_worker_that_slept_too_long_leaves_its_mails_to_others(
    application: Application,
    make_application: Application,
    owe: Owe,
    clock: TestClock,
    mail_server: MailServer,
) -> None:
    owe("one")
    slept = Batch.claim(application)
    clock.advance(seconds=CLAIM_S + 1)
    assert _send(make_application()) == 1
    by = carrier(application.settings.mail, application.settings.data_dir)
    assert slept.send(by) == 0
    by.close()
    assert len(mail_server.mails) == 1


def test_mail_about_no_meeting_goes_first(
    application: Application, room: HeadlessRoom, owe: Owe, mail_server: MailServer
) -> None:
    with application.db.transaction() as session:
        for number in range(3):
            queue_mail(
                session,
                key=f"m{number}",
                kind="test",
                email="guest@example.org",
                language="en",
                tenant_id=room.tenant.id,
                now=application.clock.now() - timedelta(hours=1),
                meeting_id=room.meeting_id,
                data={"says": "x"},
            )
    owe("reset")
    _send(application)
    assert mail_server.mails[0].recipient == "reset@example.org"


def test_several_workers_send_each_mail_once(
    make_application: Make, application: Application, owe: Owe, mail_server: MailServer
) -> None:
    keys = [f"k{number}" for number in range(60)]
    for key in keys:
        owe(key)
    stop = threading.Event()
    workers = [Senders(one, stop) for one in (application, make_application())]
    for worker in workers:
        worker.start()
    try:
        _wait(lambda: all(mail.state is MailState.SENT for mail in _rows(application).values()))
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert sorted(mail.recipient for mail in mail_server.mails) == sorted(
        f"{key}@example.org" for key in keys
    )


@pytest.mark.parametrize(
    "name", ["Sam\r\nBcc: all@example.org", "Sam\nBcc: all@example.org", "S\x00am\u2028x"]
)
def test_a_name_cannot_add_a_header(
    application: Application, owe: Owe, mail_server: MailServer, name: str
) -> None:
    owe("one", name=name)
    _send(application)
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
    _send(application)
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
    assert _send(application) == 2
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
        assert _send(application) == 1

    def test_a_wrong_password_fails_no_mail(
        self, make_application: Make, application: Application, owe: Owe, mail_server: MailServer
    ) -> None:
        owe("one")
        by = carrier(mail_server.settings(password="wrong"), application.settings.data_dir)
        with pytest.raises(Unreachable, match="535"):
            send_due(application, by)
        assert _rows(application)["one"].state is MailState.WAITING

    def test_a_server_nobody_vouches_for_gets_nothing(
        self, application: Application, owe: Owe, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        owe("one")
        with pytest.raises(Unreachable, match="certificate verify failed"):
            _send(application)


def test_a_server_without_tls_gets_nothing_unless_told(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one")
    by = carrier(mail_server.settings(security="starttls"), application.settings.data_dir)
    with pytest.raises(Unreachable, match="STARTTLS"):
        send_due(application, by)
    assert _rows(application)["one"].state is MailState.WAITING


class TestWithoutServer:
    @pytest.fixture
    def mail_settings(self) -> MailSection:
        return MailSection()

    def test_mail_is_kept_in_the_development_mailbox(self, application: Application, owe: Owe) -> None:
        owe("one", says="Good day.")
        assert _send(application) == 1
        (kept,) = Mailbox(application.settings.data_dir / "mailbox").newest(10)
        assert (kept.subject, kept.to) == ("To Sam", "Sam <one@example.org>")
        assert "Good day." in kept.text
        assert "Good day." in kept.html
