"""The development mailbox: what would have been mailed, for who sits at the machine."""

from __future__ import annotations

import re

import pytest

from palabre.application import Application
from palabre.config import MailSection
from palabre.invitations import Guest, invite, set_guests
from palabre.mail.mailbox import Mailbox
from palabre.model import Account, Invitee, Meeting, Occurrence
from palabre.tenants import TenantContext
from palabre.worker.duties import do_due
from palabre.worker.mailing import send_due
from palabre_webui.server import Web, create_web


@pytest.fixture
def web(application: Application) -> Web:
    return create_web(application)


@pytest.fixture
def invited(application: Application, tenant: TenantContext, account: Account) -> str:
    """Somebody was invited; the path of the personal link."""
    now = application.clock.now()
    with application.db.transaction() as session:
        meeting = Meeting(
            tenant_id=tenant.id,
            name="Budget <script>",
            organiser_id=account.id,
            starts_at=now,
            created_at=now,
        )
        meeting.occurrences = [
            Occurrence(tenant_id=tenant.id, recurrence_id=now, starts_at=now, duration_min=60)
        ]
        session.add(meeting)
        session.flush()
        set_guests(session, meeting=meeting, guests=[Guest("sam@example.org", "Sam")], now=now)
        invite(session, meeting=meeting, now=now)
    do_due(application)
    mailbox = Mailbox(application.settings.data_dir / "mailbox")
    send_due(application, mailbox)
    (mail,) = (mail for mail in mailbox.newest(9) if "Invitation" in mail.subject)
    return re.search(r"/join/\S+", mail.text)[0]


def test_without_any_mail_the_mailbox_says_how_to_get_some(web: Web, tenant: TenantContext):
    page = web.app.test_client().get("/dev/mailbox")
    assert page.status_code == 200
    assert "No mail yet" in page.text


def test_a_mail_is_listed_and_read_and_its_file_fetched(web: Web, invited: str):
    client = web.app.test_client()
    page = client.get("/dev/mailbox").text
    assert "Invitation: Budget &lt;script&gt;" in page
    (path,) = re.findall(r'href="(/dev/mailbox/\w+)">\s*<strong dir="auto">Invitation', page)
    mail = client.get(path)
    assert "frame-src 'self'" in mail.headers["Content-Security-Policy"]
    assert invited in mail.text
    html = client.get(f"{path}/html")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "Budget &lt;script&gt;" in html.text
    file = client.get(f"{path}/files/0")
    assert file.headers["Content-Disposition"] == "attachment; filename=invite.ics"
    assert b"BEGIN:VCALENDAR" in file.data
    assert client.get(f"{path}/files/9").status_code == 404


@pytest.mark.parametrize(
    "path", ["/dev/mailbox/nothing", "/dev/mailbox/..%2F..%2Fsecret.key", "/dev/mailbox/.x/html"]
)
def test_nothing_else_of_the_disk_is_shown(web: Web, tenant: TenantContext, path: str):
    assert web.app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("203.0.113.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}),
        ("127.0.0.1", {"Host": "rebound.example.org"}),
    ],
)
def test_only_this_machine_reads_it(web: Web, tenant: TenantContext, remote: str, headers: dict[str, str]):
    answer = web.app.test_client().get(
        "/dev/mailbox", headers=headers, environ_overrides={"REMOTE_ADDR": remote}
    )
    assert answer.status_code == 403


class TestWithServer:
    @pytest.fixture
    def mail_settings(self) -> MailSection:
        return MailSection(host="mail.example.org")

    def test_there_is_no_mailbox_where_mail_is_sent(self, web: Web, tenant: TenantContext):
        assert web.app.test_client().get("/dev/mailbox").status_code == 404


def test_a_guest_fetches_the_meeting_for_the_calendar(web: Web, invited: str):
    answer = web.app.test_client().get(f"{invited}/calendar.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8; method=PUBLISH"
    text = answer.text.replace("\r\n ", "")
    assert "METHOD:PUBLISH" in text
    assert "SUMMARY;LANGUAGE=en:Budget <script>" in text
    assert f"URL:http://localhost{invited}" in text


def test_a_wrong_link_fetches_nothing(web: Web, invited: str):
    assert web.app.test_client().get(f"{invited}x/calendar.ics").status_code == 404


def test_coming_to_the_door_is_remembered_once(web: Web, invited: str, application: Application, clock):
    client = web.app.test_client()
    first = clock.now()
    assert client.get(invited).status_code == 200
    clock.advance(minutes=1)
    client.get(invited)
    with application.db.reading() as session:
        assert session.query(Invitee).one().opened_at == first
