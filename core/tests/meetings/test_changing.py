"""Changing what is planned, and calling it off."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from palabre.calendar import LocalStart, Repeat, local_of
from palabre.duties import claim_due
from palabre.errors import Refused
from palabre.invitations import Guest
from palabre.meetings import (
    EditedMeanwhile,
    PlanRefused,
    cancel,
    cancel_occurrence,
    change,
    change_occurrence,
    differences,
    find_own,
    plan_of,
    public_link,
    renew_public_link,
)
from palabre.model import Duty, Invitee, Meeting, MeetingState, Occurrence, Response
from palabre.worker.duties import do_due

#: Tomorrow at nine in Paris, when the fixture plans.
NINE = datetime(2026, 2, 1, 8, tzinfo=UTC)


def wall(time: str, zone: str = "Europe/Paris") -> LocalStart:
    return LocalStart(datetime.fromisoformat(time), zone)


@pytest.fixture
def edit(application, account, writing):
    """Changes fields of a meeting's plan."""

    def edit(planned, *, seen=None, tell_guests=True, **fields):
        with writing() as session:
            meeting = find_own(session, organiser_id=account.id, public_id=planned.public_id)
            return change(
                session,
                plugins=application.plugins,
                meeting=meeting,
                plan=replace(plan_of(session, meeting=meeting), **fields),
                edit=meeting.edit if seen is None else seen,
                tell_guests=tell_guests,
                now=application.clock.now(),
            )

    return edit


@pytest.fixture
def times(application):
    """The times of a meeting as day and hour in UTC, by state."""

    def times(meeting, *states):
        with application.db.reading() as session:
            found = session.scalars(
                select(Occurrence).where(Occurrence.meeting_id == meeting.id).order_by(Occurrence.starts_at)
            )
            return [
                (one.starts_at.day, one.starts_at.hour)
                for one in found
                if not states or one.state.value in states
            ]

    return times


@pytest.fixture
def owed(application):
    """What is owed about a meeting, by kind: when."""

    def owed(meeting):
        with application.db.reading() as session:
            found = select(Duty.kind, Duty.due_at).where(Duty.meeting_id == meeting.id, Duty.is_open)
            return dict(session.execute(found.where(Duty.kind.startswith("meeting."))).all())

    return owed


def test_a_moved_meeting_opens_at_its_new_start(plan_one, edit, times, owed):
    planned = plan_one()
    moved = edit(planned, start=wall("2026-02-03T10:00"))
    assert moved.starts_at == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert times(moved) == [(3, 9)]
    assert owed(moved) == {
        "meeting.start": moved.starts_at,
        "meeting.close": moved.starts_at + timedelta(hours=1),
    }
    assert (moved.edit, moved.revision) == (1, 1)


def test_only_what_matters_to_the_guests_makes_a_new_revision(plan_one, edit):
    planned = plan_one()
    assert edit(planned, wait_for_presenter=True, words="Do come.").revision == 0
    assert edit(planned, guests=(Guest("sam@example.org"),)).revision == 0
    for number, fields in enumerate(
        (
            {"name": "Budget"},
            {"description": "Figures."},
            {"duration_min": 30},
            {"start": wall("2026-02-02T09:00")},
        )
    ):
        assert edit(planned, **fields).revision == number + 1


def test_an_edit_that_changes_nothing_counts_for_nothing(plan_one, edit):
    planned = plan_one(description="a\nb", mail_before_min=(60, 5))
    assert edit(planned, description="a\r\nb ", mail_before_min=(5, 60)).edit == 0


def test_the_second_of_two_editors_is_told_and_shown_the_difference(plan_one, edit, application, account):
    planned = plan_one()
    edit(planned, seen=0, name="Budget of spring")
    with pytest.raises(EditedMeanwhile) as refused:
        edit(planned, seen=0, name="Budget review", duration_min=30)
    assert [(one.field, one.old, one.new) for one in refused.value.differences] == [
        ("name", "Budget of spring", "Budget review"),
        ("duration_min", 60, 30),
    ]
    assert edit(planned, seen=1, duration_min=30).name == "Budget of spring"


def test_the_same_change_sent_twice_is_done_once(plan_one, edit):
    planned = plan_one()
    for _ in range(2):
        changed = edit(planned, seen=0, name="Budget")
    assert (changed.edit, changed.revision) == (1, 1)


def test_of_many_editors_at_once_one_wins(plan_one, edit):
    planned = plan_one()
    won, told = [], []

    def compete(name: str) -> None:
        try:
            won.append(edit(planned, seen=0, name=name).name)
        except EditedMeanwhile:
            told.append(name)

    together = [threading.Thread(target=compete, args=(f"Name {number}",)) for number in range(6)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert (len(won), len(told)) == (1, 5)


def test_of_many_clicks_at_once_one_plans(plan_one, writing):
    found = []
    together = [
        threading.Thread(target=lambda: found.append(plan_one(planned_from="draft2345").id)) for _ in range(6)
    ]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert (len(found), len(set(found))) == (6, 1)
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1


@pytest.mark.parametrize(
    ("fields", "stays"),
    [
        ({"start": wall("2026-02-03T10:00")}, False),
        ({"repeat": Repeat("daily", count=3)}, False),
        ({"name": "Budget", "duration_min": 30}, True),
    ],
    ids=["start", "repetition", "name"],
)
def test_answers_are_about_the_time_that_was_asked_for(plan_one, edit, writing, clock, fields, stays):
    planned = plan_one(guests=(Guest("sam@example.org"),), repeat=Repeat("daily", count=2))
    with writing() as session:
        sam = session.scalars(select(Invitee)).one()
        sam.response, sam.responded_at = Response.DECLINED, clock.now()
    edit(planned, **fields)
    with writing() as session:
        sam = session.scalars(select(Invitee)).one()
    assert (sam.response is Response.DECLINED, sam.responded_at is not None) == (stays, stays)


def test_guests_come_and_go(plan_one, edit, writing):
    planned = plan_one(guests=(Guest("sam@example.org"), Guest("kim@example.org")))
    edit(planned, guests=(Guest("kim@example.org"), Guest("lou@example.org")))
    with writing() as session:
        listed = select(Invitee.email).where(Invitee.removed_at.is_(None)).order_by(Invitee.email)
        assert session.scalars(listed).all() == ["kim@example.org", "lou@example.org"]


def test_a_longer_series_keeps_what_was_changed_by_hand(plan_one, edit, times, writing, clock):
    planned = plan_one(repeat=Repeat("daily", count=4))
    with writing() as session:
        meeting = session.get_one(Meeting, planned.id)
        second, third = meeting.occurrences[1:3]
        change_occurrence(
            session, occurrence=second, start=wall("2026-02-02T15:00"), duration_min=30, now=clock.now()
        )
        cancel_occurrence(session, occurrence=third, now=clock.now())
    edit(planned, repeat=Repeat("daily", count=6), duration_min=90)
    assert times(planned, "planned") == [(1, 8), (2, 14), (4, 8), (5, 8), (6, 8)]
    assert times(planned, "cancelled") == [(3, 8)]
    with writing() as session:
        found = session.scalars(select(Occurrence.duration_min).order_by(Occurrence.recurrence_id))
        assert found.all() == [90, 30, 60, 90, 90, 90]


def test_a_series_that_has_begun_keeps_the_past_when_it_changes(plan_one, edit, times, clock, application):
    planned = plan_one(repeat=Repeat("daily", count=4))
    clock.advance(days=2, hours=3)
    do_due(application)
    assert times(planned, "ended") == [(1, 8), (2, 8)]
    edit(planned, duration_min=30)
    assert times(planned) == [(1, 8), (2, 8), (3, 8), (4, 8)]
    moved = edit(planned, start=wall("2026-02-10T11:00"), repeat=Repeat("weekly", count=2))
    assert times(moved, "ended") == [(1, 8), (2, 8)]
    assert times(moved, "planned") == [(10, 10), (17, 10)]
    assert moved.starts_at == datetime(2026, 2, 10, 10, tzinfo=UTC)


def test_a_series_whose_rule_changed_after_it_began_can_be_edited_again(
    plan_one, edit, times, clock, application
):
    planned = plan_one(repeat=Repeat("daily", count=4))
    clock.advance(days=2, hours=3)
    do_due(application)
    edit(planned, start=wall("2026-02-10T11:00"), repeat=Repeat("weekly", count=3))
    changed = edit(planned, duration_min=30)
    assert times(changed, "ended") == [(1, 8), (2, 8)]
    assert times(changed, "planned") == [(10, 10), (17, 10), (24, 10)]
    clock.advance(days=9)  # the first of the new rule has been, too
    do_due(application)
    changed = edit(planned, repeat=Repeat("weekly", count=4))
    assert times(changed, "ended") == [(1, 8), (2, 8), (10, 10)]
    assert times(changed, "planned") == [(17, 10), (24, 10), (3, 10)]
    assert changed.state is MeetingState.PLANNED


def test_a_series_that_became_one_time_can_be_edited_again(plan_one, edit, times, clock, application):
    planned = plan_one(repeat=Repeat("daily", count=4))
    clock.advance(days=2, hours=3)
    do_due(application)
    edit(planned, start=wall("2026-02-10T11:00"), repeat=None)
    changed = edit(planned, duration_min=30)
    assert times(changed) == [(1, 8), (2, 8), (10, 10)]
    moved = edit(planned, start=wall("2026-02-11T11:00"))
    assert times(moved) == [(1, 8), (2, 8), (11, 10)]


def test_a_copy_begins_where_the_present_rule_does(plan_one, edit, times, clock, application, writing):
    planned = plan_one(repeat=Repeat("daily", count=4))
    clock.advance(days=2, hours=3)
    do_due(application)
    edit(planned, start=wall("2026-02-10T11:00"), repeat=Repeat("weekly", weekdays=(1,), count=3))
    with writing() as session:
        known = plan_of(session, meeting=session.get_one(Meeting, planned.id))
    assert (known.start, known.repeat) == (wall("2026-02-10T11:00"), Repeat("weekly", weekdays=(1,), count=3))
    copied = plan_one(start=known.start, repeat=known.repeat)
    assert times(copied) == [(10, 10), (17, 10), (24, 10)]


def test_one_time_moves_and_the_others_stay(plan_one, times, writing, clock, owed):
    planned = plan_one(repeat=Repeat("daily", count=3))
    with writing() as session:
        first = session.get_one(Meeting, planned.id).occurrences[0]
        meeting = change_occurrence(
            session, occurrence=first, start=wall("2026-02-02T20:00"), duration_min=60, now=clock.now()
        )
        assert meeting.starts_at == datetime(2026, 2, 2, 8, tzinfo=UTC)
        assert first.recurrence_id == NINE
    assert times(planned) == [(2, 8), (2, 19), (3, 8)]
    assert owed(planned)["meeting.start"] == datetime(2026, 2, 2, 8, tzinfo=UTC)
    with writing() as session, pytest.raises(PlanRefused) as refused:
        change_occurrence(
            session,
            occurrence=session.get_one(Meeting, planned.id).occurrences[0],
            start=wall("2026-01-01T09:00"),
            duration_min=0,
            now=clock.now(),
        )
    assert refused.value.codes == {"start": "past_start", "duration_min": "bad_duration"}


def test_with_its_last_time_a_meeting_is_cancelled(plan_one, writing, clock, owed):
    planned = plan_one(repeat=Repeat("daily", count=2))
    for _ in range(2):
        with writing() as session:
            found = select(Occurrence).where(Occurrence.state == MeetingState.PLANNED).limit(1)
            meeting = cancel_occurrence(session, occurrence=session.scalars(found).one(), now=clock.now())
    assert meeting.state is MeetingState.CANCELLED
    assert owed(planned) == {}


def test_a_cancelled_meeting_owes_nothing_and_stays_cancelled(
    plan_one, edit, writing, clock, owed, application
):
    planned = plan_one(
        repeat=Repeat("daily", count=2), guests=(Guest("sam@example.org"),), mail_at_start=True
    )
    for _ in range(2):
        with writing() as session:
            cancel(session, meeting=session.get_one(Meeting, planned.id), now=clock.now())
    assert owed(planned) == {}
    with application.db.transaction() as session:
        clock.advance(days=3)
        left = []
        while (duty := claim_due(session, now=clock.now())) is not None:
            left.append((duty.kind, duty.data.get("mail")))
    assert left == [("mail.guests", "cancellation")]
    with pytest.raises(Refused) as refused:
        edit(planned, name="Budget")
    assert refused.value.code == "meeting_cancelled"


def test_the_public_link_comes_goes_and_is_renewed(plan_one, edit, writing, clock):
    planned = plan_one()
    with writing() as session, pytest.raises(Refused) as refused:
        renew_public_link(session, meeting=session.get_one(Meeting, planned.id), now=clock.now())
    assert refused.value.code == "not_public"
    edit(planned, is_public=True)
    with writing() as session:
        meeting = session.get_one(Meeting, planned.id)
        old = public_link(session, meeting=meeting)
        new = renew_public_link(session, meeting=meeting, now=clock.now())
        assert (old.revoked_at, new.revoked_at) == (clock.now(), None)
        assert public_link(session, meeting=meeting) is new
    edit(planned, is_public=False)
    with writing() as session:
        assert public_link(session, meeting=session.get_one(Meeting, planned.id)) is None


def test_a_start_that_is_past_already_may_stay_but_not_be_chosen(plan_one, edit, clock):
    planned = plan_one(duration_min=600)
    clock.advance(days=1)
    assert edit(planned, name="Budget").starts_at == NINE
    with pytest.raises(PlanRefused) as refused:
        edit(planned, start=wall("2026-02-01T09:30"))
    assert refused.value.codes == {"start": "past_start"}


def test_plans_that_mean_the_same_do_not_differ(plan_one, writing):
    planned = plan_one(start=wall("2026-10-25T02:30"), guests=(Guest("sam@example.org", "Sam"),))
    with writing() as session:
        known = plan_of(session, meeting=planned)
    assert (
        differences(known, replace(known, microphones=None, guests=(Guest("sam@example.org", "Sam"),))) == ()
    )
    (one,) = differences(
        known, replace(known, start=LocalStart(known.start.local.replace(fold=1), "Europe/Paris"))
    )
    assert one.matters_to_guests


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plans=st.lists(
        st.tuples(st.sampled_from(("daily", "weekly", "monthly")), st.integers(1, 12), st.integers(1, 200)),
        min_size=2,
        max_size=4,
    )
)
def test_however_a_series_is_changed_its_times_are_those_of_the_last_rule(plan_one, edit, application, plans):
    def fields(every, count, hours):
        start = NINE + timedelta(hours=hours)
        return {
            "start": LocalStart(local_of(start, "Europe/Paris"), "Europe/Paris"),
            "repeat": Repeat(every, count=count),
        }

    planned = plan_one(**fields(*plans[0]))
    for chosen in plans[1:]:
        edit(planned, **fields(*chosen))
    fresh = plan_one(**fields(*plans[-1]))
    with application.db.reading() as session:
        found = [
            session.scalars(
                select(Occurrence.starts_at)
                .where(Occurrence.meeting_id == one.id)
                .order_by(Occurrence.starts_at)
            ).all()
            for one in (planned, fresh)
        ]
    assert found[0] == found[1]
