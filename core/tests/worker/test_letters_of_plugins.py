"""Mails whose letters a plugin writes, while it is switched on and while it is not."""

from __future__ import annotations

import pytest
from mails import rows, send
from structlog.testing import capture_logs

from palabre.mail import LetterKind, queue_mail, withdraw_mails
from palabre.mail.outbox import GIVEN_UP_AFTER_S
from palabre.model import Mail, MailState
from palabre.plugins.features import switch_feature
from palabre.toolkit import Feature, Letter, hookimpl
from palabre.worker.mailing import SWITCHED_OFF_S


class Bell:
    """A plugin that mails when a bell rings."""

    palabre_name = "bell"

    @hookimpl
    def feature(self):
        return Feature(name="bell", title="Bell", description="Rings.", api_version=1)

    @hookimpl
    def letters(self):
        return [LetterKind("bell.rang", lambda _application, _session, _mail: Letter("It rang", ()))]


@pytest.fixture
def plugins():
    return [Bell()]


@pytest.fixture
def mail_settings(mail_server):
    return mail_server.settings()


@pytest.fixture
def switch(application, tenant):
    def switch(*, enabled):
        with application.db.transaction() as session:
            switch_feature(session, application.plugins, tenant_id=tenant.id, feature="bell", enabled=enabled)

    return switch


@pytest.fixture
def owed(application, tenant):
    """A mail of the plugin that waits."""
    with application.db.transaction() as session:
        queue_mail(
            session,
            key="one",
            kind="bell.rang",
            email="sam@example.org",
            language="en",
            tenant_id=tenant.id,
            now=application.clock.now(),
        )


def test_a_mail_waits_quietly_until_its_plugin_is_switched_on(application, clock, mail_server, switch, owed):
    switch(enabled=False)
    with capture_logs() as said:
        for _look in range(10):
            assert send(application) == 0
            clock.advance(seconds=SWITCHED_OFF_S + 1)
    assert {one["log_level"] for one in said} == {"info"}
    mail = rows(application)["one"]
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)
    assert mail.problem == "no plugin that is switched on writes bell.rang"
    switch(enabled=True)
    assert send(application) == 1
    assert mail_server.mails[0].subject == "It rang"


def test_a_mail_that_waits_for_its_plugin_can_be_withdrawn(application, switch, owed):
    switch(enabled=False)
    send(application)
    with application.db.transaction() as session:
        withdraw_mails(session, where=Mail.key == "one")
    assert rows(application)["one"].state is MailState.WITHDRAWN


def test_a_mail_whose_plugin_stays_away_fails_for_a_plain_reason(application, clock, switch, owed):
    switch(enabled=False)
    send(application)
    clock.advance(seconds=GIVEN_UP_AFTER_S + 1)
    send(application)
    mail = rows(application)["one"]
    assert (mail.state, mail.problem) == (MailState.FAILED, "no plugin that is switched on writes bell.rang")
