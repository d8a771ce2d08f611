"""Meetings open at their start and end when nobody is there, whoever is killed when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from palabre.calendar import LocalStart, Repeat
from palabre.duties import claim_due
from palabre.errors import Refused
from palabre.invitations import Guest
from palabre.meetings import MeetingPlan, attendance, cancel, cancel_occurrence, change, plan, plan_of
from palabre.model import Duty, Mail, Meeting, MeetingState, Occurrence
from palabre.rooms import announce, start_meeting, stop_meeting
from palabre.tenants import tenant_scope
from palabre.testing.room import HeadlessRoom
from palabre.toolkit import Feature, hookimpl
from palabre.worker.duties import do_due
from palabre.worker.meetings import end_empty, start_at_its_time

START = datetime(2026, 2, 1, 9, tzinfo=UTC)


class Bell:
    """A plugin that hears meetings begin and end, and may keep them closed."""

    palabre_name = "bell"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.refuses = False

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="bell", title="Bell", description="Rings.", api_version=1)

    @hookimpl
    def meeting_starting(self, session, meeting) -> None:
        meeting.description = "touched by the guard"
        session.flush()
        if self.refuses:
            raise Refused("no_credit", "There is no credit left.")

    @hookimpl
    def meeting_started(self, meeting) -> None:
        self.heard.append("started")

    @hookimpl
    def meeting_ended(self, meeting) -> None:
        self.heard.append("ended")


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def plugins(bell):
    return [bell]


@pytest.fixture
def planned(application, account, tenant):
    """Plans a meeting of one hour, tomorrow at nine UTC, and gives its room."""

    def planned(**fields):
        given = {"name": "Budget", "start": LocalStart(START.replace(tzinfo=None), "UTC"), **fields}
        with tenant_scope(tenant), application.db.transaction() as session:
            meeting = plan(
                session,
                plugins=application.plugins,
                organiser=account,
                plan=MeetingPlan(**given),
                now=application.clock.now(),
            )
        return HeadlessRoom(application, tenant, meeting.id)

    return planned


@pytest.fixture
def do(application, tenant):
    """Does one thing to a room in a transaction, and announces it."""

    def do(act, room):
        with tenant_scope(tenant):
            with application.db.transaction() as session:
                outcome = act(session, application.rooms, room.meeting_id)
            announce(application.plugins, outcome)

    return do


@pytest.fixture
def at(clock, application):
    """Turns the clock to so many minutes after the start, and lets the worker do what is due."""

    def at(minutes):
        clock.advance(seconds=(START + timedelta(minutes=minutes) - clock.now()).total_seconds())
        do_due(application)
        end_empty(application)

    return at


def states(application, room):
    with application.db.reading() as session:
        found = select(Occurrence.state).where(Occurrence.meeting_id == room.meeting_id)
        return [one.value for one in session.scalars(found.order_by(Occurrence.starts_at))]


def leave(room, *people, clock):
    for one in people:
        one.drop()
    clock.advance(seconds=4)
    room.sweep()


def test_it_opens_at_its_start_and_not_before(planned, at, bell):
    room = planned()
    at(-1)
    assert room.meeting.state is MeetingState.PLANNED
    at(0)
    assert (room.meeting.state, room.meeting.started_at) == (MeetingState.LIVE, START)
    at(1)
    assert bell.heard == ["started"]


def test_who_waits_at_the_door_comes_in_at_the_start(planned, at):
    room = planned()
    at(-30)
    sam = room.person("Sam")
    assert (sam.status, sam.waiting_for) == ("waiting", "not_started")
    assert room.admissible() == []
    at(0)
    assert room.admissible() == [sam.id]
    assert sam.come_back().status == "entered"


def test_who_comes_days_before_is_told_when_to_come_back(planned):
    room = planned()
    with pytest.raises(Refused) as refused:
        room.person("Sam")
    assert refused.value.code == "not_started"
    assert "1 Feb 2026" in refused.value.message.replace("Feb 1, 2026", "1 Feb 2026")


def test_a_presenter_opens_it_early_only_where_that_is_allowed(planned, at):
    early, strict = planned(), planned(early_entry=False)
    at(-30)
    assert early.person("Kim", "presenter").status == "entered"
    assert early.person("Sam").status == "entered"
    kim = strict.person("Kim", "presenter")
    assert (kim.status, kim.waiting_for) == ("waiting", "not_started")


def test_what_keeps_it_closed_is_told_to_the_organiser(planned, at, bell, application):
    bell.refuses = True
    room = planned()
    at(0)
    meeting = room.meeting
    assert (meeting.state, meeting.start_refused) == (MeetingState.PLANNED, "There is no credit left.")
    assert meeting.description == ""
    with application.db.reading() as session:
        assert session.scalars(select(Mail.kind).where(Mail.kind == "start_refused")).all() == [
            "start_refused"
        ]
    with pytest.raises(Refused, match="no credit"):
        room.person("Sam")
    bell.refuses = False
    assert room.person("Sam").status == "entered"
    assert room.meeting.start_refused is None


def test_a_refused_meeting_is_over_at_its_planned_end(planned, at, bell):
    bell.refuses = True
    room = planned()
    at(0)
    at(60)
    assert (room.meeting.state, room.meeting.started_at) == (MeetingState.ENDED, None)
    assert bell.heard == []


def test_where_nobody_came_it_is_over_at_its_planned_end(planned, at, bell):
    room = planned()
    at(0)
    at(59)
    assert room.meeting.state is MeetingState.LIVE
    at(60)
    assert (room.meeting.state, room.meeting.started_at) == (MeetingState.ENDED, None)
    assert bell.heard == ["started", "ended"]


def test_it_goes_on_after_its_planned_end_while_somebody_is_there(planned, at):
    room = planned()
    at(0)
    sam = room.person("Sam")
    at(300)
    room.renew(sam)
    assert room.meeting.state is MeetingState.LIVE


def test_it_ends_some_time_after_everybody_left(planned, at, bell, clock):
    room = planned()
    at(0)
    leave(room, room.person("Sam"), room.person("Kim"), clock=clock)
    at(9)
    assert room.meeting.state is MeetingState.LIVE
    at(11)
    assert room.meeting.state is MeetingState.ENDED
    assert bell.heard == ["started", "ended"]


def test_who_comes_back_in_time_keeps_it_open(planned, at, clock):
    room = planned()
    at(0)
    sam = room.person("Sam")
    leave(room, sam, clock=clock)
    at(9)
    assert sam.come_back().status == "entered"
    at(15)
    assert room.meeting.state is MeetingState.LIVE


def test_a_visit_before_the_start_does_not_use_it_up(planned, at, clock, application, do):
    room = planned()
    at(-300)
    leave(room, room.person("Kim", "presenter"), clock=clock)
    at(-280)
    assert (room.meeting.state, states(application, room)) == (MeetingState.PLANNED, ["planned"])
    do(start_meeting, room)
    do(stop_meeting, room)
    assert room.meeting.state is MeetingState.PLANNED
    at(0)
    assert room.meeting.state is MeetingState.LIVE


def test_started_much_too_early_it_waits_for_people_and_then_for_its_start(planned, at, do):
    room = planned()
    at(-300)
    do(start_meeting, room)
    at(-241)
    assert room.meeting.state is MeetingState.LIVE
    at(-239)
    assert room.meeting.state is MeetingState.PLANNED
    at(0)
    assert room.meeting.state is MeetingState.LIVE


def test_stopped_shortly_before_its_start_it_is_over(planned, at, do):
    room = planned()
    at(-10)
    do(start_meeting, room)
    do(stop_meeting, room)
    at(0)
    assert room.meeting.state is MeetingState.ENDED


def test_the_organiser_starts_and_stops_it_and_doing_so_twice_is_once(planned, at, do, bell):
    room = planned()
    at(-10)
    for act in (start_meeting, start_meeting, stop_meeting, stop_meeting):
        do(act, room)
    assert bell.heard == ["started", "ended"]
    with pytest.raises(Refused) as refused:
        do(start_meeting, room)
    assert refused.value.code == "meeting_ended"


def test_a_repeated_meeting_turns_to_its_next_time(planned, at, do, application, bell):
    room = planned(repeat=Repeat("daily", count=3))
    at(0)
    room.person("Sam")
    do(stop_meeting, room)
    meeting = room.meeting
    assert (meeting.state, meeting.starts_at) == (MeetingState.PLANNED, START + timedelta(days=1))
    assert states(application, room) == ["ended", "planned", "planned"]
    with pytest.raises(Refused) as refused:
        room.person("Sam")
    assert refused.value.code == "not_started"
    at(24 * 60)
    assert states(application, room) == ["ended", "live", "planned"]
    at(25 * 60)
    at(48 * 60)
    at(49 * 60)
    assert states(application, room) == ["ended", "ended", "ended"]
    assert room.meeting.state is MeetingState.ENDED
    assert bell.heard == ["started", "ended"] * 3


def test_somebody_lost_yesterday_waits_for_the_start_like_everybody(planned, at, do, clock):
    room = planned(repeat=Repeat("daily", count=3))
    at(0)
    sam = room.person("Sam")
    leave(room, sam, clock=clock)
    do(stop_meeting, room)
    at(24 * 60 - 30)
    assert sam.come_back().waiting_for == "not_started"
    assert room.meeting.state is MeetingState.PLANNED


def test_a_worker_that_was_away_skips_what_is_past(planned, at, application, bell):
    room = planned(repeat=Repeat("daily", count=3))
    at(24 * 60 + 10)
    assert states(application, room) == ["ended", "live", "planned"]
    assert bell.heard == ["started"]


def test_a_cancelled_time_is_left_out(planned, at, application, tenant, clock):
    room = planned(repeat=Repeat("daily", count=3))
    with tenant_scope(tenant), application.db.transaction() as session:
        first = session.scalars(select(Occurrence).order_by(Occurrence.starts_at).limit(1)).one()
        cancel_occurrence(session, occurrence=first, now=clock.now())
    at(0)
    assert (room.meeting.state, room.meeting.starts_at) == (MeetingState.PLANNED, START + timedelta(days=1))
    at(24 * 60)
    assert states(application, room) == ["cancelled", "live", "planned"]


def test_the_links_of_a_cancelled_meeting_say_so(planned, at, application, tenant, clock):
    room = planned(guests=(Guest("sam@example.org"),))
    at(-30)
    waiting = room.person("Kim")
    with tenant_scope(tenant), application.db.transaction() as session:
        cancel(session, meeting=session.get_one(Meeting, room.meeting_id), now=clock.now())
    with pytest.raises(Refused) as refused:
        room.person("Sam")
    assert refused.value.code == "meeting_cancelled"
    assert room.admissible() == [waiting.id]  # who is told at the door
    with pytest.raises(Refused, match="cancelled"):
        waiting.come_back()
    at(0)
    assert room.meeting.state is MeetingState.CANCELLED


def test_a_worker_killed_between_claim_and_finish_delays_it_and_does_it_once(
    planned, application, clock, bell
):
    room = planned()
    do_due(application)
    clock.advance(seconds=(START - clock.now()).total_seconds())
    with application.db.transaction() as session:
        killed = claim_due(session, now=clock.now())
    assert killed.kind == "meeting.start"
    do_due(application)
    assert room.meeting.state is MeetingState.PLANNED
    clock.advance(minutes=3)
    do_due(application)
    assert room.meeting.state is MeetingState.LIVE
    with tenant_scope(room.tenant):
        start_at_its_time(application, killed)  # the killed one was only slow
    assert bell.heard == ["started"]


def test_a_meeting_moved_while_its_start_is_claimed_waits_for_the_new_start(
    planned, application, account, clock, tenant
):
    room = planned()
    do_due(application)
    clock.advance(seconds=(START - clock.now()).total_seconds())
    with application.db.transaction() as session:
        claimed = claim_due(session, now=clock.now())
    with tenant_scope(tenant), application.db.transaction() as session:
        meeting = session.get_one(Meeting, room.meeting_id)
        later = replace(
            plan_of(session, meeting=meeting), start=LocalStart(START.replace(tzinfo=None, hour=15), "UTC")
        )
        change(
            session,
            plugins=application.plugins,
            meeting=meeting,
            plan=later,
            edit=meeting.edit,
            tell_guests=True,
            now=clock.now(),
        )
    with tenant_scope(tenant):
        start_at_its_time(application, claimed)
    assert room.meeting.state is MeetingState.PLANNED
    clock.advance(hours=6)
    do_due(application)
    assert room.meeting.state is MeetingState.LIVE


def test_a_room_that_is_always_open_opens_again_after_everybody_left(planned, at, clock, application):
    room = planned(start=None)
    sam = room.person("Sam")
    assert room.meeting.state is MeetingState.LIVE
    leave(room, sam, clock=clock)
    clock.advance(minutes=11)
    end_empty(application)
    assert room.meeting.state is MeetingState.PLANNED
    assert room.person("Sam").status == "entered"


def test_attendance_says_who_was_there_when_and_how_long(planned, at, do, application, clock, tenant):
    room = planned(repeat=Repeat("daily", count=2))
    at(0)
    link = room.link(name="Sam")
    laptop = room.person("Sam", link=link)
    clock.advance(minutes=10)
    telephone = room.person("Sam", link=link)
    clock.advance(minutes=10)
    room.renew(telephone)
    leave(room, laptop, clock=clock)
    clock.advance(seconds=596)
    room.renew(telephone)
    leave(room, telephone, clock=clock)
    clock.advance(seconds=296)
    kim = room.person("Kim", "presenter")
    laptop.come_back()
    clock.advance(minutes=5)
    with tenant_scope(tenant), application.db.reading() as session:
        now = clock.now()
        found = attendance(session, meeting=room.meeting, now=now)
        assert [(one.name, one.present_s, one.last_left_at) for one in found] == [
            ("Sam", 1800 + 4 + 300, None),
            ("Kim", 300, None),
        ]
    do(stop_meeting, room)
    at(24 * 60)
    room.person("Lou")
    with tenant_scope(tenant), application.db.reading() as session:
        meeting = room.meeting
        first, second = session.scalars(select(Occurrence).order_by(Occurrence.starts_at))
        by_time = [
            [one.name for one in attendance(session, meeting=meeting, occurrence=occurrence)]
            for occurrence in (first, second)
        ]
        assert by_time == [["Sam", "Kim"], ["Lou"]]
        assert len(attendance(session, meeting=meeting)) == 3
    assert kim.status == "entered"


def test_nothing_is_owed_any_more_after_the_last_end(planned, at, application):
    planned()
    at(0)
    at(60)
    with application.db.reading() as session:
        left = select(Duty.kind).where(Duty.is_open, Duty.kind.startswith("meeting."))
        assert session.scalars(left).all() == []
