"""Every guest gets the right mail at the right time, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from palabre.errors import Refused
from palabre.invitations import (
    Guest,
    guest_list,
    mail_progress,
    opened_by_link,
    schedule_mails,
    send_again,
    send_cancellation,
    send_update,
    set_guests,
)
from palabre.model import Account, Duty, Invitee, JoinLink, Mail, MailState, Meeting, MeetingState, Role
from palabre.testing.clock import TestClock
from palabre.testing.mail import MailServer

SAM = Guest("sam@example.org", "Sam", language="en", time_zone="America/New_York")
KIM = Guest("kim@example.org", "Kim", role=Role.PRESENTER)

Plan = Callable[..., "Planned"]  # noqa: F821 - in conftest.py


def _subjects(server: MailServer, to: str) -> list[str]:
    return [mail.subject for mail in server.to(to)]


def test_an_invitation_says_all_in_the_language_and_zone_of_the_guest(plan: Plan, mail_server: MailServer):
    planned = plan(description="<p>The <b>budget</b> of 2027.</p>", words="Please read the draft.")
    planned.invite(SAM, KIM)
    planned.work()
    (sam,) = mail_server.to("sam@example.org")
    assert sam.subject == "Invitation: Budget review"
    for said in (
        "Hello Sam,",
        "Léa invites you to the meeting “Budget review”.",
        "Léa: “Please read the draft.”",
        "The budget of 2027.",
        "Tuesday, 10 February 2026 at 08:00, New York time (UTC−5)",
        "Tuesday, 10 February 2026 at 14:00, Paris time (UTC+1)",
        "1 h 30 min",
        "http://127.0.0.1:8000/equipment",
    ):
        assert said in sam.text
    (link,) = [line for line in sam.text.splitlines() if "/join/" in line]
    assert link.startswith("http://127.0.0.1:8000/join/")
    assert sam.message["Reply-To"] == "lea@example.org"
    (kim,) = mail_server.to("kim@example.org")
    assert kim.subject == "Invitation : Budget review"
    assert "mardi 10 février 2026 à 14:00" in kim.text
    assert "animateur" in kim.text


def test_the_organiser_gets_one_summary(plan: Plan, mail_server: MailServer):
    planned = plan(mail_before_min=[15])
    planned.invite(SAM, KIM)
    planned.work()
    planned.invite(SAM, KIM)
    planned.work()
    (summary,) = mail_server.to("lea@example.org")
    assert summary.subject == "Réunion planifiée : Budget review"
    assert "2 invités" in summary.text
    assert "15 minutes avant le début" in summary.text
    assert "/meetings/" in summary.text


def test_each_moment_is_mailed_once(plan: Plan, mail_server: MailServer, clock: TestClock):
    planned = plan(mail_before_min=[60, 15], mail_at_start=True)
    planned.invite(SAM)
    planned.work()
    for _minute in range(24 * 60 * 10 + 5 * 60):
        if planned.clock.now() > planned_start(planned) + timedelta(minutes=5):
            break
        clock.advance(minutes=15 if planned_start(planned) - clock.now() > timedelta(hours=2) else 1)
        planned.work()
    assert _subjects(mail_server, "sam@example.org") == [
        "Invitation: Budget review",
        "Budget review starts in 1 hour",
        "Budget review starts in 15 minutes",
        "Budget review starts now",
    ]


def planned_start(planned):
    return planned.change(lambda _s, m: m.starts_at)


def test_a_meeting_that_repeats_is_announced_each_time(plan: Plan, weeks, mail_server, clock: TestClock):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4", mail_before_min=[60])
    planned.invite(SAM)
    planned.work()
    for start in weeks:
        clock.advance(seconds=(start - timedelta(minutes=60) - clock.now()).total_seconds())
        planned.work()
    assert _subjects(mail_server, "sam@example.org")[1:] == ["Budget review starts in 1 hour"] * 4
    assert "every week, 4 times" in mail_server.to("sam@example.org")[0].text


def test_without_mail_on_planning_nobody_is_told_until_the_reminder(
    plan: Plan, mail_server, clock: TestClock
):
    planned = plan(mail_on_planning=False, mail_before_min=[10])
    planned.invite(SAM)
    planned.work()
    assert not mail_server.to("sam@example.org")
    clock.advance(seconds=(planned_start(planned) - timedelta(minutes=10) - clock.now()).total_seconds())
    planned.work()
    assert _subjects(mail_server, "sam@example.org") == ["Budget review starts in 10 minutes"]


def test_who_is_added_later_is_invited_and_nobody_else(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.work()
    planned.invite(SAM, KIM)
    planned.work()
    assert len(mail_server.to("sam@example.org")) == 1
    assert len(mail_server.to("kim@example.org")) == 1


def test_who_is_taken_off_the_list_is_told_and_comes_in_no_more(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM, KIM)
    planned.work()

    def remove(session, meeting):
        change = set_guests(session, meeting=meeting, guests=[KIM], now=planned.clock.now())
        send_cancellation(session, meeting=meeting, now=planned.clock.now(), invitees=change.removed)
        assert session.get(JoinLink, change.removed[0].link_id).revoked_at == planned.clock.now()

    planned.change(remove)
    planned.work()
    assert _subjects(mail_server, "sam@example.org")[1:] == ["You are no longer invited: Budget review"]
    assert len(mail_server.to("kim@example.org")) == 1


def test_who_was_never_told_is_not_told_that_it_is_off(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.change(
        lambda s, m: send_cancellation(
            s,
            meeting=m,
            now=planned.clock.now(),
            invitees=set_guests(s, meeting=m, guests=[], now=planned.clock.now()).removed,
        )
    )
    planned.work()
    assert not mail_server.to("sam@example.org")


def test_who_comes_back_gets_a_new_link(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.work()
    planned.guests()
    planned.clock.advance(minutes=1)
    planned.invite(SAM)
    planned.work()
    first, second = (
        next(line for line in mail.text.splitlines() if "/join/" in line)
        for mail in mail_server.to("sam@example.org")
    )
    assert first != second


def test_a_change_is_told_once_to_those_who_know(plan: Plan, mail_server: MailServer, clock: TestClock):
    planned = plan(mail_before_min=[30])
    planned.invite(SAM)
    planned.work()

    def move(session, meeting: Meeting):
        (occurrence,) = meeting.occurrences
        occurrence.starts_at += timedelta(hours=2)
        meeting.starts_at = occurrence.starts_at
        meeting.revision += 1
        meeting.edit += 1
        set_guests(session, meeting=meeting, guests=[SAM, KIM], now=clock.now())
        send_update(session, meeting=meeting, now=clock.now())
        schedule_mails(session, meeting=meeting, now=clock.now())

    planned.change(move)
    planned.work()
    assert _subjects(mail_server, "sam@example.org")[1:] == ["Changed: Budget review"]
    assert "at 10:00, New York" in mail_server.to("sam@example.org")[1].text
    assert _subjects(mail_server, "kim@example.org") == ["Invitation : Budget review"]
    clock.advance(seconds=(planned_start(planned) - timedelta(minutes=30) - clock.now()).total_seconds())
    planned.work()
    assert _subjects(mail_server, "sam@example.org")[2:] == ["Budget review starts in 30 minutes"]


def test_a_cancelled_meeting_is_called_off_once_and_reminds_nobody(plan: Plan, mail_server, clock: TestClock):
    planned = plan(mail_before_min=[30], mail_at_start=True)
    planned.invite(SAM)
    planned.work()

    def cancel(session, meeting: Meeting):
        meeting.state = MeetingState.CANCELLED
        meeting.revision += 1
        for occurrence in meeting.occurrences:
            occurrence.state = MeetingState.CANCELLED
        send_cancellation(session, meeting=meeting, now=clock.now())
        schedule_mails(session, meeting=meeting, now=clock.now())

    planned.change(cancel)
    planned.work()
    clock.advance(days=11)
    planned.work()
    assert _subjects(mail_server, "sam@example.org")[1:] == ["Cancelled: Budget review"]


def test_an_invitation_that_waits_is_not_sent_once_the_meeting_is_cancelled(
    plan: Plan, mail_server: MailServer
):
    planned = plan()
    planned.invite(SAM)

    def cancel(session, meeting: Meeting):
        meeting.state = MeetingState.CANCELLED
        send_cancellation(session, meeting=meeting, now=planned.clock.now())

    planned.change(cancel)
    planned.work()
    assert not mail_server.to("sam@example.org")


def test_a_reminder_that_comes_too_late_is_not_sent(plan: Plan, mail_server: MailServer, clock: TestClock):
    planned = plan(mail_before_min=[60])
    planned.invite(SAM)
    planned.work()
    clock.advance(days=12)
    planned.work()
    assert len(mail_server.to("sam@example.org")) == 1


def test_an_invitation_can_be_sent_again(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.work()

    def again(session, _meeting):
        invitee = session.scalar(select(Invitee))
        first = send_again(session, invitee=invitee, now=planned.clock.now())
        assert send_again(session, invitee=invitee, now=planned.clock.now()).id == first.id

    planned.change(again)
    planned.work()
    assert len(mail_server.to("sam@example.org")) == 2


def test_a_meeting_that_is_over_is_not_sent_again(plan: Plan):
    planned = plan(state=MeetingState.ENDED)
    planned.guests(SAM)
    with pytest.raises(Refused, match="over"):
        planned.change(
            lambda s, _m: send_again(s, invitee=s.scalar(select(Invitee)), now=planned.clock.now())
        )


@pytest.mark.parametrize("minutes", [0, 241, -5])
def test_reminders_have_limits(plan: Plan, minutes: int):
    planned = plan(mail_before_min=[minutes])
    with pytest.raises(Refused) as refused:
        planned.change(lambda s, m: schedule_mails(s, meeting=m, now=planned.clock.now()))
    assert refused.value.code == "bad_reminder"


def test_the_guest_list_shows_what_became_of_each(plan: Plan, mail_server: MailServer):
    mail_server.answers["kim@example.org"] = "550 unknown"
    planned = plan()
    planned.invite(SAM, KIM)
    planned.work()

    def look(session, meeting):
        lines = guest_list(session, meeting=meeting)
        opened_by_link(session, link=session.get(JoinLink, lines[1].invitee.link_id), now=planned.clock.now())
        return lines, mail_progress(session, meeting=meeting)

    (kim, sam), progress = planned.change(look)
    assert (kim.mails[0].state, kim.mails[0].problem) == (MailState.FAILED, "550 unknown")
    assert (sam.mails[0].state, sam.mails[0].sent_at) == (MailState.SENT, planned.clock.now())
    assert progress == (0, 1, 1)
    assert planned.invitees()["sam@example.org"].opened_at == planned.clock.now()


def test_five_thousand_guests_are_planned_at_once_and_mailed_in_batches(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(*(Guest(f"g{number}@example.org", f"Guest {number}") for number in range(5000)))
    assert len(planned.rows()) == 0
    from palabre.worker.duties import do_due

    do_due(planned.application)
    assert len({row.key for row in planned.rows()}) == 5000


def test_who_has_closed_the_account_still_stands_in_the_cancellation(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(KIM, SAM)
    planned.work()
    planned.guests(KIM)
    planned.change(lambda s, m: send_cancellation(s, meeting=m, now=planned.clock.now(), invitees=_gone(s)))

    def close(session, meeting):
        meeting.state = MeetingState.CANCELLED
        send_cancellation(session, meeting=meeting, now=planned.clock.now())
        session.delete(session.get_one(Account, meeting.organiser_id))

    planned.change(close)
    planned.work()
    kim, sam = mail_server.to("kim@example.org")[-1], mail_server.to("sam@example.org")[-1]
    assert kim.subject == "Annulée : Budget review"
    assert sam.subject == "You are no longer invited: Budget review"
    for mail in (kim, sam):
        assert "Léa" in mail.text
        assert mail.message["Reply-To"] == "lea@example.org"
        assert b"mailto:lea@example.org" in mail.calendar().replace(b"\r\n ", b"")
    with planned.application.db.reading() as session:
        kept = [*session.scalars(select(Duty.data)), *session.scalars(select(Mail.data))]
    assert "lea@example.org" not in str(kept)


def _gone(session):
    return session.scalars(select(Invitee).where(Invitee.removed_at.is_not(None))).all()


def test_a_fan_out_that_was_killed_half_way_owes_each_mail_once(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    from palabre.worker import guest_letters
    from palabre.worker.duties import do_due

    planned = plan()
    planned.invite(*(Guest(f"g{number}@example.org") for number in range(450)))
    real, calls = guest_letters.fan_out, []

    def killed(*args, **more):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return real(*args, **more)

    monkeypatch.setattr(guest_letters, "fan_out", killed)
    do_due(planned.application)
    assert 0 < len(planned.rows()) < 450
    planned.clock.advance(minutes=1)
    do_due(planned.application)
    rows = planned.rows()
    assert len(rows) == len({row.invitee_id for row in rows}) == 450
    with planned.application.db.reading() as session:
        assert not session.scalars(select(Duty).where(Duty.is_open)).all()


def _change_words(_session, meeting: Meeting) -> None:
    """What no guest is told of."""
    meeting.edit += 1


def _change_name(_session, meeting: Meeting) -> None:
    meeting.name, meeting.edit, meeting.revision = "Budget", meeting.edit + 1, meeting.revision + 1


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("reminder", _change_name),
        ("start", _change_name),
        ("cancellation", _change_name),
        ("update", _change_words),
    ],
)
def test_a_change_while_a_worker_lies_dead_doubles_no_mail(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, weeks, kind, changed
):
    from palabre.worker import guest_letters
    from palabre.worker.duties import do_due

    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")
    guests = [Guest(f"g{number}@example.org") for number in range(250)]
    planned.invite(*guests)
    do_due(planned.application)
    planned.change(lambda s, _m: s.execute(update(Mail).values(state=MailState.SENT)))

    def owe(session, meeting: Meeting) -> None:
        now, occurrence = planned.clock.now(), meeting.occurrences[0]
        meeting.revision += 1
        if kind == "cancellation":
            send_cancellation(session, meeting=meeting, now=now, occurrence=occurrence)
        elif kind == "update":
            send_update(session, meeting=meeting, now=now)
        else:
            meeting.mail_before_min, meeting.mail_at_start = [30] * (kind == "reminder"), kind == "start"
            schedule_mails(session, meeting=meeting, now=now)

    planned.change(owe)
    if kind in ("reminder", "start"):
        early_s = 30 * 60 if kind == "reminder" else 0
        planned.clock.advance(seconds=(weeks[0] - planned.clock.now()).total_seconds() - early_s)
    real, calls = guest_letters.fan_out, []

    def killed(*args, **more):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return real(*args, **more)

    monkeypatch.setattr(guest_letters, "fan_out", killed)
    do_due(planned.application)
    assert len([row for row in planned.rows() if row.kind == kind]) == 200
    planned.change(changed)
    planned.clock.advance(minutes=1)
    do_due(planned.application)
    found = [row.invitee_id for row in planned.rows() if row.kind == kind]
    assert len(found) == len(set(found)) == 250


def test_one_time_of_a_series_can_be_called_off(plan: Plan, weeks, mail_server: MailServer):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")
    planned.invite(SAM)
    planned.work()

    def cancel(session, meeting: Meeting):
        occurrence = meeting.occurrences[1]
        occurrence.state = MeetingState.CANCELLED
        meeting.revision += 1
        send_cancellation(session, meeting=meeting, now=planned.clock.now(), occurrence=occurrence)

    planned.change(cancel)
    planned.work()
    mail = mail_server.to("sam@example.org")[1]
    assert mail.subject == "Cancelled: Budget review"
    assert "Tuesday, 17 February 2026" in mail.text


def test_a_guest_of_another_time_zone_is_named_once_when_clocks_agree(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(Guest("sam@example.org", "Sam", language="en", time_zone="Europe/Berlin"))
    planned.work()
    text = mail_server.to("sam@example.org")[0].text
    assert "Berlin time" in text
    assert "Paris time" not in text
