"""Answers to invitations and reports of undeliverable mail, read from a mailbox by IMAP."""

from __future__ import annotations

import re
import socketserver
import threading
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from palabre.calendar import LocalStart
from palabre.config import MailSection
from palabre.invitations import Guest
from palabre.invitations.occasion import uid_of
from palabre.mail import queue_mail
from palabre.mail.replies import read
from palabre.meetings import MeetingPlan, plan
from palabre.model import Account, Invitee, Response
from palabre.tenants import tenant_scope
from palabre.worker.replies import read_mailbox


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of an IMAP server (RFC 3501) as a reader of new mail needs; keeps what was marked as read."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[bytes] = []
        self.seen: set[int] = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("* OK ready")
        while line := self.rfile.readline().decode():
            tag, command, *rest = line.split(maxsplit=2)
            asked = f"{command} {rest[0] if rest else ''}".strip()
            if command == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            elif command == "LOGIN" and '"secret"' not in asked:
                self.say(f"{tag} NO wrong")
                continue
            elif command == "SELECT":
                self.say(f"* {len(self.server.mails)} EXISTS")
            elif asked.startswith("UID SEARCH"):
                new = (n for n in range(1, len(self.server.mails) + 1) if n not in self.server.seen)
                self.say("* SEARCH " + " ".join(map(str, new)))
            elif fetch := re.match(r"UID FETCH (\d+)", asked):
                content = self.server.mails[int(fetch[1]) - 1]
                self.say(f"* {fetch[1]} FETCH (UID {fetch[1]} BODY[] {{{len(content)}}}")
                self.wfile.write(content + b")\r\n")
            elif store := re.match(r"UID STORE (\d+)", asked):
                self.server.seen.add(int(store[1]))
            elif command == "LOGOUT":
                self.say("* BYE")
            self.say(f"{tag} OK done")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def mailbox():
    server = Mailbox()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_settings(mailbox):
    how = {
        "imap_port": mailbox.port,
        "imap_security": "none",
        "imap_user": "meetings",
        "imap_password": "secret",
    }
    return MailSection(imap_host="127.0.0.1", **how)


@pytest.fixture
def invitee(application, tenant, account):
    """Kim, on the guest list of a meeting."""
    with tenant_scope(tenant), application.db.transaction() as session:
        now = application.clock.now()
        start = LocalStart((now + timedelta(days=1)).replace(tzinfo=None), "UTC")
        wanted = MeetingPlan("Budget", start=start, guests=(Guest("kim@example.org", "Kim"),))
        organiser = session.get_one(Account, account.id)
        plan(session, plugins=application.plugins, organiser=organiser, plan=wanted, now=now)
        return session.scalars(select(Invitee)).one()


def meeting_uid(application, invitee):
    from palabre.model import Meeting

    with application.db.reading() as session:
        return uid_of(session.get_one(Meeting, invitee.meeting_id))


def answer(uid, partstat, email="kim@example.org", method="REPLY", more=""):
    message = EmailMessage()
    message["From"], message["Subject"] = email, "Accepted"
    message.set_content("Yes")
    file = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"DTSTAMP:20260131T090000Z\r\nDTSTART:20260201T090000Z\r\nATTENDEE;PARTSTAT={partstat}:mailto:{email}\r\n"
        f"{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message.add_alternative(file.encode(), maintype="text", subtype="calendar", params={"method": method})
    return bytes(message)


def report(message_id, email, *, action="failed"):
    """As mail servers write it (RFC 3464)."""
    lines = f"""\
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

It did not arrive.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {email}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such person
--cut
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
Subject: x
--cut--
"""
    return lines.encode().replace(b"\n", b"\r\n")


def now_known(application, invitee):
    with application.db.reading() as session:
        return session.get_one(Invitee, invitee.id)


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_an_answer_is_kept_beside_the_guest(application, mailbox, invitee, partstat):
    mailbox.mails.append(answer(meeting_uid(application, invitee), partstat))
    assert read_mailbox(application) == 1
    row = now_known(application, invitee)
    assert row.response is Response(partstat.lower())
    assert row.responded_at == application.clock.now()
    assert mailbox.seen == {1}
    assert read_mailbox(application) == 0


def test_the_last_answer_counts(application, mailbox, invitee):
    uid = meeting_uid(application, invitee)
    mailbox.mails += [answer(uid, "ACCEPTED"), answer(uid, "DECLINED")]
    assert read_mailbox(application) == 2
    assert now_known(application, invitee).response is Response.DECLINED


def test_an_answer_about_one_time_leaves_the_answer_about_the_meeting(application, mailbox, invitee):
    uid = meeting_uid(application, invitee)
    one_time = "RECURRENCE-ID:20260208T090000Z\r\n"
    mailbox.mails += [answer(uid, "ACCEPTED"), answer(uid, "DECLINED", more=one_time)]
    assert read_mailbox(application) == 2
    assert now_known(application, invitee).response is Response.ACCEPTED


def test_answers_that_are_none_of_ours_change_nothing(application, mailbox, invitee):
    uid = meeting_uid(application, invitee)
    mailbox.mails += [
        answer("else@elsewhere", "ACCEPTED"),
        answer(uid, "ACCEPTED", email="stranger@example.org"),
        answer(uid, "DELEGATED"),
        answer(uid, "ACCEPTED", method="REQUEST"),
        b"Subject: nothing\r\n\r\nBEGIN:VCALENDAR",
        b"Content-Type: text/calendar\r\n\r\nnonsense",
        b"",
    ]
    assert read_mailbox(application) == 0
    assert now_known(application, invitee).response is Response.NONE
    assert len(mailbox.seen) == 7


@pytest.mark.parametrize("message_id", ["abc@", "", "@", "\0", "a\0b@palabre"])
def test_a_mail_that_nobody_can_read_holds_up_no_other(application, mailbox, invitee, message_id):
    uid = meeting_uid(application, invitee)
    whole = report("x", "kim@example.org").replace(b"text/rfc822-headers", b"message/rfc822")
    for broken in (f"<{message_id}", f"<{message_id}>"):
        mailbox.mails.append(whole.replace(b"<x>", broken.encode()))
    mailbox.mails += [answer(uid, "ACCEPTED", email="k\0@example.org"), answer(uid, "ACCEPTED")]
    assert read_mailbox(application) == 1
    assert now_known(application, invitee).response is Response.ACCEPTED
    assert mailbox.seen == {1, 2, 3, 4}


def test_a_report_says_why_a_mail_came_back(application, tenant, mailbox, invitee):
    with tenant_scope(tenant), application.db.transaction() as session:
        mail = queue_mail(
            session,
            key="x",
            kind="invitation",
            email="kim@example.org",
            language="en",
            tenant_id=tenant.id,
            now=application.clock.now(),
            invitee_id=invitee.id,
        )
        message_id = f"{mail.public_id}@example.org"
    mailbox.mails += [
        report(message_id, "kim@example.org", action="delayed"),
        report("other@example.org", "kim@example.org"),
        report(message_id, "stranger@example.org"),
    ]
    assert read_mailbox(application) == 0
    mailbox.mails.append(report(message_id, "Kim@example.org"))
    assert read_mailbox(application) == 1
    assert now_known(application, invitee).bounce == "550 5.1.1 no such person"


def test_a_mailbox_that_is_away_or_refuses_is_no_error(make_application, mailbox, application):
    mailbox.shutdown()
    mailbox.server_close()
    assert read_mailbox(application) == 0


def test_a_mail_in_no_form_at_all_is_read():
    from email import message_from_bytes
    from email.policy import default

    for content in (b"\xff\xfe\x00", b"Content-Type: multipart/report\r\n\r\n--", report("", "")):
        read(message_from_bytes(content, policy=default))
