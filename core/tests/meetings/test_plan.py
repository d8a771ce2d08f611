"""Planning: what becomes of a plan, and what cannot be planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from palabre.calendar import LocalStart, Repeat
from palabre.errors import NotFound
from palabre.invitations import Guest
from palabre.meetings import (
    PlannedAlready,
    PlanRefused,
    cancel,
    find_own,
    organiser_link,
    plan_of,
    public_link,
    start_now,
)
from palabre.model import Duty, Meeting, Microphones, Occurrence, Role, RoomClass
from palabre.tenants import tenant_scope
from palabre.testing.room import make_tenant


def wall(time: str, zone: str = "Europe/Paris") -> LocalStart:
    return LocalStart(datetime.fromisoformat(time), zone)


def test_a_plan_becomes_a_meeting_with_its_time_and_what_it_owes(application, plan_one, writing, account):
    planned = plan_one(name="  Budget\treview ", duration_min=90, room_class=RoomClass.M)
    with writing() as session:
        meeting = find_own(session, organiser_id=account.id, public_id=planned.public_id)
        assert (meeting.name, meeting.time_zone) == ("Budget review", "Europe/Paris")
        assert meeting.starts_at == datetime(2026, 2, 1, 8, tzinfo=UTC)
        assert meeting.microphones is Microphones.FLOOR
        (occurrence,) = meeting.occurrences
        assert (occurrence.starts_at, occurrence.duration_min) == (meeting.starts_at, 90)
        owed = dict(
            session.execute(select(Duty.kind, Duty.due_at).where(Duty.meeting_id == meeting.id)).all()
        )
        assert owed["meeting.start"] == meeting.starts_at
        assert owed["meeting.close"] == meeting.starts_at + timedelta(minutes=90)
        assert public_link(session, meeting=meeting) is None


def test_the_same_form_planned_twice_is_one_meeting(plan_one, writing):
    first, second = (plan_one(planned_from="draft2345") for _ in range(2))
    assert first.id == second.id
    assert (first.is_news, second.is_news) == (True, False)
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1


def test_every_problem_is_told_beside_its_field(plan_one):
    with pytest.raises(PlanRefused) as refused:
        plan_one(
            name=" \u200b ",
            kind="smoke signals",
            start=wall("2026-01-30T09:00"),
            duration_min=0,
            mail_before_min=(0,),
            repeat=Repeat("daily"),
            options={"nobody": {"knows": True}},
            guests=(Guest("not an address"),),
        )
    assert refused.value.codes == {
        "name": "bad_name",
        "kind": "unknown_kind",
        "start": "past_start",
        "duration_min": "bad_duration",
        "mail_before_min": "bad_reminder",
        "repeat_count": "bad_repeat",
        "guests": "bad_address",
        "option.nobody.knows": "unknown_option",
    }
    assert refused.value.code == "bad_name"
    assert all(message.endswith(".") for message in refused.value.problems.values())


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"start": wall("2026-02-01T09:00", "Europe/Atlantis")}, "zone", "unknown_zone"),
        ({"start": wall("2026-02-01T09:00", "../../etc/passwd")}, "zone", "unknown_zone"),
        ({"start": wall("0001-01-01T00:00", "Asia/Tokyo")}, "start", "bad_start"),
        ({"start": wall("9999-12-31T23:00", "America/Lima")}, "start", "bad_start"),
        ({"start": wall("2036-02-01T09:00")}, "start", "far_start"),
        ({"duration_min": 1441}, "duration_min", "bad_duration"),
        ({"name": "x" * 201}, "name", "bad_name"),
        ({"description": "x" * 20_001}, "description", "text_too_long"),
        ({"mail_before_min": (241,)}, "mail_before_min", "bad_reminder"),
        ({"repeat": Repeat("weekly", weekdays=(0,), count=3)}, "repeat_weekdays", "bad_repeat"),
        ({"repeat": Repeat("daily", count=401)}, "repeat_count", "bad_repeat"),
        ({"guests": (Guest("a@example.org", time_zone="Mars/Olympus"),)}, "guests", "unknown_zone"),
    ],
)
def test_what_cannot_be_planned(plan_one, fields, field, code):
    with pytest.raises(PlanRefused) as refused:
        plan_one(**fields)
    assert refused.value.codes == {field: code}


def test_a_start_a_few_seconds_ago_is_now(plan_one, clock):
    clock.advance(seconds=40)
    assert plan_one(start=wall("2026-01-31T10:00")).starts_at == datetime(2026, 1, 31, 9, tzinfo=UTC)


def test_text_that_no_database_takes_is_cleaned(plan_one):
    planned = plan_one(name="Bud\x00get\r\nBcc: x", description="a\x00b\r\nc\ud800", words="\u0007d")
    assert (planned.name, planned.description, planned.words) == ("Budget Bcc: x", "ab\nc", "d")


def test_a_public_meeting_has_a_link_to_give_away(plan_one, writing):
    planned = plan_one(is_public=True)
    with writing() as session:
        assert public_link(session, meeting=planned).role is Role.GUEST


def test_the_organisers_own_link_is_made_once_and_is_on_no_list(plan_one, writing, clock):
    planned = plan_one()
    with writing() as session:
        first, second = (organiser_link(session, meeting=planned, now=clock.now()) for _ in range(2))
        assert (first.id, first.role, first.name) == (second.id, Role.PRESENTER, "Léa")
        assert plan_of(session, meeting=planned).guests == ()


def test_started_at_once_it_is_public_and_begins_now(application, account, writing, clock):
    with writing() as session:
        meeting = start_now(session, plugins=application.plugins, organiser=account, now=clock.now())
        assert (meeting.starts_at, meeting.name) == (clock.now(), "Meeting of Léa")
        assert public_link(session, meeting=meeting) is not None


def test_the_plan_of_a_meeting_plans_another_like_it(plan_one, writing):
    given = {
        "description": "Bring figures.",
        "repeat": Repeat("weekly", weekdays=(2, 6), count=5),
        "room_class": RoomClass.L,
        "guests": (Guest("sam@example.org", "Sam"), Guest("kim@example.org", "Kim", Role.PRESENTER)),
        "mail_before_min": (60, 5),
    }
    planned = plan_one(**given)
    with writing() as session:
        found = plan_of(session, meeting=planned)
    assert {name: getattr(found, name) for name in given} == given
    assert found.start == wall("2026-02-01T09:00")


def test_planned_again_from_the_same_form_it_is_the_same_meeting(plan_one):
    given = {
        "guests": (Guest("sam@example.org", "Sam"), Guest("kim@example.org", "Kim", Role.PRESENTER)),
        "repeat": Repeat("weekly", weekdays=(2, 6), count=5),
        "mail_before_min": (5, 60),
        "description": "a\r\nb ",
        "microphones": None,
    }
    assert plan_one(planned_from="draft2345", **given).id == plan_one(planned_from="draft2345", **given).id


def test_another_plan_from_the_same_form_is_refused(plan_one, writing, clock):
    planned = plan_one(planned_from="draft2345")
    with pytest.raises(PlannedAlready):
        plan_one(planned_from="draft2345", name="Choir")
    with writing() as session:
        cancel(session, meeting=session.get_one(Meeting, planned.id), now=clock.now())
    with pytest.raises(PlannedAlready):
        plan_one(planned_from="draft2345")


def test_a_repeated_meeting_keeps_its_time_on_the_wall(plan_one, writing):
    planned = plan_one(start=wall("2026-03-27T09:00"), repeat=Repeat("daily", count=4))
    with writing() as session:
        found = session.scalars(
            select(Occurrence.starts_at).where(Occurrence.meeting_id == planned.id).order_by(Occurrence.id)
        ).all()
    assert [(one.day, one.hour) for one in found] == [(27, 8), (28, 8), (29, 7), (30, 7)]


def test_a_meeting_is_found_by_its_organiser_in_its_tenant_only(application, plan_one, writing, account):
    planned = plan_one()
    with writing() as session, pytest.raises(NotFound) as refused:
        find_own(session, organiser_id=account.id + 1, public_id=planned.public_id)
    assert refused.value.code == "unknown_meeting"
    with (
        tenant_scope(make_tenant(application, slug="other")),
        application.db.reading() as session,
        pytest.raises(NotFound),
    ):
        find_own(session, organiser_id=account.id, public_id=planned.public_id)
