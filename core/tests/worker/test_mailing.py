"""Mail leaves once, whatever the mail server does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from mails import Owe, rows, send

from palabre import db
from palabre.application import Application
from palabre.config import MailSection
from palabre.mail import queue_mail
from palabre.mail.delivery import Unreachable, carrier
from palabre.mail.outbox import GIVEN_UP_AFTER_S
from palabre.model import MailState
from palabre.tenants import TenantContext
from palabre.testing.clock import TestClock
from palabre.testing.mail import MailServer
from palabre.testing.room import HeadlessRoom
from palabre.worker.mailing import BATCH, CLAIM_S, Batch, send_due
from palabre.worker.senders import Senders


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def mail_settings(mail_server: MailServer) -> MailSection:
    return mail_server.settings()


Make = Callable[[], Application]


def _wait(condition: Callable[[], bool], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_mail_says_what_its_letter_says(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one", name="Zoé <b>", says="Good <day> & night")
    assert send(application) == 1
    (mail,) = mail_server.mails
    assert (mail.sender, mail.recipient) == ("meetings@example.org", "one@example.org")
    assert mail.subject == "To Zoé <b>"
    assert mail.message["To"].addresses[0].display_name == "Zoé <b>"
    assert mail.message["From"].addresses[0].display_name == "Default"
    assert "Good <day> & night" in mail.text
    assert "Good &lt;day&gt; &amp; night" in mail.html
    row = rows(application)["one"]
    assert mail.message["Message-ID"] == f"<{row.public_id}@example.org>"
    assert (row.state, row.sent_at, row.data) == (MailState.SENT, application.clock.now(), {})


def test_what_is_owed_twice_under_one_key_is_sent_once(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("one")
    owe("one")
    assert send(application) == 1
    owe("one")
    assert send(application) == 0
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
    assert send(application) == 0
    clock.advance(minutes=10)
    assert send(application) == 1


def test_a_refused_recipient_does_not_hold_up_the_others(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    mail_server.answers["two@example.org"] = "550 5.1.1 no such person"
    for key in ("one", "two", "three"):
        owe(key)
    assert send(application) == 3
    found = rows(application)
    assert [found[key].state for key in ("one", "two", "three")] == [
        MailState.SENT,
        MailState.FAILED,
        MailState.SENT,
    ]
    assert found["two"].problem == "550 5.1.1 no such person"
    assert mail_server.connections == 1


def test_a_recipient_who_is_to_come_later_comes_later(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    mail_server.answers["grey@example.org"] = "451 4.7.1 come back later"
    owe("grey")
    owe("other")
    assert send(application) == 1
    assert rows(application)["grey"].problem == "451 4.7.1 come back later"
    assert send(application) == 0  # not at once again
    del mail_server.answers["grey@example.org"]
    clock.advance(seconds=16)
    assert send(application) == 1
    assert rows(application)["grey"].problem is None


def test_when_the_server_was_down_for_an_hour_everything_arrives(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    keys = [f"k{number}" for number in range(BATCH + 5)]
    for key in keys:
        owe(key)
    mail_server.stop()
    for _minute in range(60):
        with pytest.raises(Unreachable):
            send(application)
        clock.advance(minutes=1)
    assert "refused" in (rows(application)["k0"].problem or "")
    mail_server.start()
    assert send(application) == len(keys)
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
        send(application)
    row = rows(application)["one"]
    assert row.state is MailState.FAILED
    assert "refused" in (row.problem or "")


def test_a_server_that_drops_one_mail_gets_the_others(
    application: Application, owe: Owe, clock: TestClock, mail_server: MailServer
) -> None:
    owe("one")
    mail_server.answer_to_data = "421 4.3.0 out of order"
    assert send(application) == 0
    mail_server.answer_to_data = None
    owe("two")
    assert send(application) == 1
    clock.advance(minutes=1)
    assert send(application) == 1


def test_a_mail_that_was_taken_goes_once_although_the_database_is_busy_then(
    application: Application, owe: Owe, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy:
        """Takes mails, and somebody else writes for a while at that moment."""

        taken = 0

        def deliver(self, _message: object, *, sender: str, recipient: str) -> None:
            self.taken += 1
            held = application.db.transaction()
            held.__enter__()
            threading.Timer(0.5, lambda: held.__exit__(None, None, None)).start()

        def close(self) -> None:
            """Nothing."""

    monkeypatch.setattr(db, "LOCK_TIMEOUT_S", 0.1)
    owe("one")
    by = Busy()
    assert send_due(application, by) == 1
    assert by.taken == 1
    assert rows(application)["one"].state is MailState.SENT


def test_a_slow_server_gets_each_mail_once(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    mail_server.delay_s = 0.3
    for number in range(3):
        owe(f"k{number}")
    assert send(application) == 3
    assert len(mail_server.mails) == 3


def test_a_mail_that_cannot_be_written_holds_up_nobody(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("bad", broken=True)
    owe("good")
    assert send(application) == 1
    assert rows(application)["bad"].problem == "ValueError: no such word"


def test_a_mail_that_nobody_needs_any_more_is_not_sent(
    application: Application, owe: Owe, mail_server: MailServer
) -> None:
    owe("gone", unwanted=True)
    assert send(application) == 1
    assert not mail_server.mails
    assert rows(application)["gone"].state is MailState.WITHDRAWN


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
    assert send(other) == 0
    clock.advance(seconds=CLAIM_S + 1)
    assert send(other) == 1


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
    assert send(make_application()) == 1
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
    send(application)
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
        _wait(lambda: all(mail.state is MailState.SENT for mail in rows(application).values()))
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert sorted(mail.recipient for mail in mail_server.mails) == sorted(
        f"{key}@example.org" for key in keys
    )
