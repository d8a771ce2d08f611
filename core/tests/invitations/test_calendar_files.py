"""Calendar files as an independent library reads them: created, moved, cancelled, repeated, with exceptions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as some

from palabre.calendar.invite import Attendee, Entry, Organiser, Time, calendar_file
from palabre.calendar.repeat import Repeat, rule, starts
from palabre.calendar.times import local_of
from palabre.invitations import Guest, send_cancellation, send_update, set_guests
from palabre.model import Meeting, MeetingState, Role
from palabre.testing.mail import MailServer

SAM = Guest("sam@example.org", 'Sam "the man", jr; ç', language="en", time_zone="America/New_York")

Plan = Callable[..., Any]


def _read(content: bytes) -> Any:
    """Read by vobject, under zone names that it has not met: it remembers the first description of each."""
    text = content.decode()
    number = next(_numbers)
    for zone in set(re.findall(r"^TZID:(.*?)\r$", text, re.MULTILINE)):
        text = re.sub(rf"TZID([:=]){re.escape(zone)}", rf"TZID\1Read-{number}", text)
    return vobject.readOne(text)


_numbers = itertools.count()


def _values(event: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name.lower().replace("-", "_")).value for name in names}


def _last(server: MailServer) -> Any:
    mail = server.to("sam@example.org")[-1]
    assert mail.calendar() == mail.calendar(attached=True)
    return _read(mail.calendar())


def test_an_invitation_has_the_calendar_among_its_alternatives_and_attached(
    plan: Plan, mail_server: MailServer
):
    planned = plan()
    planned.invite(SAM)
    planned.work()
    message = mail_server.to("sam@example.org")[0].message
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternative = list(message.walk())[4]
    assert alternative.get_param("method") == "REQUEST"
    assert alternative.get_param("charset") == "utf-8"
    assert list(message.walk())[5].get_filename() == "invite.ics"


def test_a_new_meeting_stands_in_the_calendar_as_it_was_planned(plan: Plan, mail_server: MailServer):
    planned = plan(
        description="Read <b>this</b>, please; thanks.\nAnd that.", name="Budget; review, 2027 \\ é"
    )
    planned.invite(SAM)
    planned.work()
    file = _last(mail_server)
    meeting = planned.change(lambda _s, m: m)
    event = file.vevent
    assert file.method.value == "REQUEST"
    assert _values(event, "UID", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP") == {
        "UID": f"{meeting.public_id}@palabre",
        "SEQUENCE": "0",
        "SUMMARY": "Budget; review, 2027 \\ é",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
    }
    assert event.dtstart.value == datetime(2026, 2, 10, 13, 0, tzinfo=UTC)
    assert b"DTSTART;TZID=Europe/Paris:20260210T140000" in mail_server.to("sam@example.org")[0].calendar()
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=90)
    assert event.dtstamp.value == planned.clock.now()
    assert event.organizer.value == "mailto:lea@example.org"
    assert event.organizer.params["CN"] == ["Léa"]
    assert event.organizer.params["SENT-BY"] == ["mailto:meetings@example.org"]
    assert event.attendee.value == "mailto:sam@example.org"
    assert event.attendee.params == {
        "CN": ["Sam 'the man', jr; ç"],
        "CUTYPE": ["INDIVIDUAL"],
        "PARTSTAT": ["NEEDS-ACTION"],
        "ROLE": ["REQ-PARTICIPANT"],
        "RSVP": ["TRUE"],
    }
    (link,) = [
        line
        for line in mail_server.to("sam@example.org")[0].text.splitlines()
        if line.startswith("http") and "/join/" in line
    ]
    assert event.location.value == event.url.value == link
    assert link in event.description.value
    assert "Read this, please; thanks." in event.description.value
    assert not hasattr(event, "rrule")


def test_a_moved_meeting_replaces_the_old_one(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.work()
    first = _last(mail_server).vevent

    def move(session: Any, meeting: Meeting) -> None:
        (occurrence,) = meeting.occurrences
        occurrence.starts_at += timedelta(days=1, hours=2)
        occurrence.duration_min = 45
        meeting.starts_at, meeting.duration_min = occurrence.starts_at, 45
        meeting.revision += 1
        send_update(session, meeting=meeting, now=planned.clock.now())

    planned.clock.advance(minutes=5)
    planned.change(move)
    planned.work()
    file = _last(mail_server)
    assert file.method.value == "REQUEST"
    assert file.vevent.uid.value == first.uid.value
    assert (first.sequence.value, file.vevent.sequence.value) == ("0", "1")
    assert file.vevent.dtstart.value == datetime(2026, 2, 11, 15, 0, tzinfo=UTC)
    assert file.vevent.dtend.value == datetime(2026, 2, 11, 15, 45, tzinfo=UTC)
    assert file.vevent.dtstamp.value > first.dtstamp.value
    assert not hasattr(file.vevent, "recurrence_id")


def test_a_cancelled_meeting_is_taken_out(plan: Plan, weeks, mail_server: MailServer):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")
    planned.invite(SAM)
    planned.work()
    first = _last(mail_server).vevent

    def cancel(session: Any, meeting: Meeting) -> None:
        meeting.state = MeetingState.CANCELLED
        meeting.revision += 1
        send_cancellation(session, meeting=meeting, now=planned.clock.now())

    planned.change(cancel)
    planned.work()
    file = _last(mail_server)
    assert file.method.value == "CANCEL"
    assert _values(file.vevent, "UID", "SEQUENCE", "STATUS") == {
        "UID": first.uid.value,
        "SEQUENCE": "1",
        "STATUS": "CANCELLED",
    }
    assert file.vevent.attendee.value == "mailto:sam@example.org"
    assert not hasattr(file.vevent, "recurrence_id")


def test_who_is_taken_off_the_list_loses_the_entry_and_the_link(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(SAM)
    planned.work()

    def remove(session: Any, meeting: Meeting) -> None:
        meeting.revision += 1
        change = set_guests(session, meeting=meeting, guests=[], now=planned.clock.now())
        send_cancellation(session, meeting=meeting, now=planned.clock.now(), invitees=change.removed)

    planned.change(remove)
    planned.work()
    file = _last(mail_server)
    assert file.method.value == "CANCEL"
    assert not hasattr(file.vevent, "location")
    assert "/join/" not in mail_server.to("sam@example.org")[-1].text


def test_a_repeated_meeting_keeps_its_time_on_the_wall(plan: Plan, mail_server: MailServer):
    repeat = Repeat("weekly", weekdays=(0, 3), count=8)
    local = datetime.fromisoformat("2026-03-19T09:30")  # a Thursday; the clocks change on 29 March
    times = tuple(starts(local, "Europe/Paris", repeat))
    planned = plan(times=times, repeat_rule=rule(repeat, local=local, zone="Europe/Paris"))
    planned.invite(SAM)
    planned.work()
    event = _last(mail_server).vevent
    assert event.rrule.value == "FREQ=WEEKLY;COUNT=8;BYDAY=MO,TH"
    assert [at.astimezone(UTC) for at in event.rruleset] == list(times)
    assert {local_of(at, "Europe/Paris").hour for at in times} == {9}


def test_exceptions_of_a_series_have_their_own_entries(plan: Plan, weeks, mail_server: MailServer):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")

    def except_(_session: Any, meeting: Meeting) -> None:
        meeting.occurrences[1].state = MeetingState.CANCELLED
        meeting.occurrences[2].starts_at += timedelta(hours=3)
        meeting.occurrences[2].is_exception = True
        meeting.revision = 2

    planned.change(except_)
    planned.invite(SAM)
    planned.work()
    file = _last(mail_server)
    series, moved = file.vevent_list
    assert [at.astimezone(UTC) for at in series.rruleset] == [weeks[0], weeks[2], weeks[3]]
    assert series.exdate.value == [weeks[1]]
    assert moved.recurrence_id.value == weeks[2]
    assert moved.dtstart.value == weeks[2] + timedelta(hours=3)
    assert moved.uid.value == series.uid.value
    assert moved.sequence.value == series.sequence.value == "2"


def test_a_series_begins_in_calendars_where_its_present_rule_does(plan: Plan, weeks, mail_server: MailServer):
    before = tuple(at - timedelta(days=10, hours=4) for at in weeks[:2])
    planned = plan(times=(*before, *weeks), repeat_rule="FREQ=WEEKLY;COUNT=4", first_start=weeks[0])

    def end(_session: Any, meeting: Meeting) -> None:
        for occurrence in meeting.occurrences[:2]:
            occurrence.state = MeetingState.ENDED
        meeting.starts_at = weeks[0]

    planned.change(end)
    planned.invite(SAM)
    planned.work()
    event = _last(mail_server).vevent
    assert event.dtstart.value == weeks[0]
    assert [at.astimezone(UTC) for at in event.rruleset] == list(weeks)
    assert not hasattr(event, "rdate")
    assert not hasattr(event, "exdate")


def test_one_moved_time_is_told_alone(plan: Plan, weeks, mail_server: MailServer):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")
    planned.invite(SAM)
    planned.work()

    def move(session: Any, meeting: Meeting) -> None:
        occurrence = meeting.occurrences[2]
        occurrence.starts_at += timedelta(hours=3)
        meeting.revision += 1
        send_update(session, meeting=meeting, now=planned.clock.now(), occurrence=occurrence)

    planned.change(move)
    planned.work()
    file = _last(mail_server)
    (event,) = file.vevent_list
    assert file.method.value == "REQUEST"
    assert event.recurrence_id.value == weeks[2]
    assert event.dtstart.value == weeks[2] + timedelta(hours=3)
    assert not hasattr(event, "rrule")


def test_one_cancelled_time_is_told_alone(plan: Plan, weeks, mail_server: MailServer):
    planned = plan(times=weeks, repeat_rule="FREQ=WEEKLY;COUNT=4")
    planned.invite(SAM)
    planned.work()

    def cancel(session: Any, meeting: Meeting) -> None:
        occurrence = meeting.occurrences[3]
        occurrence.state = MeetingState.CANCELLED
        meeting.revision += 1
        send_cancellation(session, meeting=meeting, now=planned.clock.now(), occurrence=occurrence)

    planned.change(cancel)
    planned.work()
    file = _last(mail_server)
    (event,) = file.vevent_list
    assert file.method.value == "CANCEL"
    assert event.recurrence_id.value == event.dtstart.value == weeks[3]
    assert event.status.value == "CANCELLED"


def test_a_presenter_is_in_the_chair(plan: Plan, mail_server: MailServer):
    planned = plan()
    planned.invite(Guest("sam@example.org", "Sam", role=Role.PRESENTER))
    planned.work()
    assert _last(mail_server).vevent.attendee.params["ROLE"] == ["CHAIR"]


def test_a_room_without_time_has_no_calendar_file(plan: Plan, mail_server: MailServer):
    planned = plan(times=())
    planned.invite(SAM)
    planned.work()
    message = mail_server.to("sam@example.org")[0].message
    assert "text/calendar" not in [part.get_content_type() for part in message.walk()]


@pytest.mark.parametrize(
    ("zone", "utc", "offset_h"),
    [
        ("Europe/Paris", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 1),
        ("Europe/Paris", datetime(2026, 3, 29, 1, 1, tzinfo=UTC), 2),
        ("America/New_York", datetime(2026, 11, 1, 5, 59, tzinfo=UTC), -4),
        ("America/New_York", datetime(2026, 11, 1, 6, 1, tzinfo=UTC), 0),  # comes twice: told in UTC
        ("America/New_York", datetime(2026, 11, 1, 7, 1, tzinfo=UTC), -5),
        ("Asia/Kolkata", datetime(2026, 7, 1, 6, 1, tzinfo=UTC), 5.5),
        ("Australia/Lord_Howe", datetime(2026, 7, 1, 6, 1, tzinfo=UTC), 10.5),
    ],
)
def test_the_zone_in_the_file_changes_at_the_right_moment(zone: str, utc: datetime, offset_h: float):
    """The file's own description of the zone counts, not what the reader knows of its name."""
    event = _read(_file(zone, [Time(utc, utc, 30)])).vevent
    assert event.dtstart.value.utcoffset() == timedelta(hours=offset_h)
    assert event.dtstart.value.astimezone(UTC) == utc


def _file(zone: str, times: list[Time], rule: str | None = None, **more: Any) -> bytes:
    entry = Entry(
        uid="m@palabre",
        sequence=0,
        name=more.get("name", "x"),
        description=more.get("description", ""),
        zone=zone,
        times=times,
        rule=rule,
        organiser=Organiser("lea@example.org", more.get("person", "Léa")),
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
        attendee=Attendee("sam@example.org", more.get("person", "Sam")),
        link="https://meet.example/join/a.b",
    )
    return calendar_file(entry, method="REQUEST")


@settings(max_examples=60, deadline=None)
@given(
    zone=some.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC", "Pacific/Auckland"]),
    local=some.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
    every=some.sampled_from(["daily", "weekly", "monthly"]),
    interval=some.integers(1, 4),
    weekdays=some.sets(some.integers(0, 6), max_size=3),
    count=some.integers(1, 30),
    dropped=some.sets(some.integers(0, 29), max_size=4),
)
def test_a_series_is_read_as_it_was_planned(zone, local, every, interval, weekdays, count, dropped):
    """Whatever the rule and the cancelled times, at hours that exist: a gap is resolved alike by few programs."""
    local = local.replace(hour=4 + local.hour % 20)
    repeat = Repeat(every, interval, tuple(sorted(weekdays)) if every == "weekly" else (), count)
    found = starts(local, zone, repeat)
    times = [Time(at, at, 30, is_cancelled=number in dropped) for number, at in enumerate(found)]
    takes_place = [time.starts_at for time in times if not time.is_cancelled]
    event = _read(_file(zone, times, rule(repeat, local=local, zone=zone))).vevent
    assert [at.astimezone(UTC) for at in event.rruleset] == takes_place


@settings(max_examples=100, deadline=None)
@given(text=some.text(some.characters(exclude_categories=["Cs", "Cc"]), max_size=120))
def test_no_text_breaks_out_of_its_field(text: str):
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    file = _read(_file("UTC", [Time(at, at, 30)], name=text, description=text, person=text))
    assert set(file.vevent.contents) >= {"uid", "summary", "attendee", "organizer"}
    assert len(file.vevent.contents["attendee"]) == 1
    assert file.vevent.summary.value == text
