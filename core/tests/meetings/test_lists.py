"""Finding meetings again, and what was typed and not planned yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from palabre.calendar import LocalStart
from palabre.invitations import Guest, set_guests
from palabre.meetings import (
    drafts_of,
    drop_draft,
    load_draft,
    meetings_of,
    people_present,
    planned_of,
    save_draft,
)
from palabre.meetings.drafts import MOST_DRAFTS
from palabre.model import Account, Meeting, MeetingState
from palabre.tenants import tenant_scope
from palabre.testing.room import HeadlessRoom, make_tenant


def day(number: int) -> LocalStart:
    return LocalStart(datetime(2026, 2, number, 9, tzinfo=UTC).replace(tzinfo=None), "UTC")


@pytest.fixture
def names(application, tenant, account):
    """Names in a list of the organiser."""

    def names(**asked):
        with tenant_scope(tenant), application.db.reading() as session:
            return [one.meeting.name for one in meetings_of(session, organiser_id=account.id, **asked).lines]

    return names


@pytest.fixture
def stand(writing):
    """Puts a meeting in a state."""

    def stand(planned, state, **columns):
        with writing() as session:
            meeting = session.get_one(Meeting, planned.id)
            for name, value in {"state": state, **columns}.items():
                setattr(meeting, name, value)

    return stand


def test_each_view_shows_its_meetings_in_the_order_one_looks_for(plan_one, names, stand, clock):
    for number in (5, 3, 4):
        plan_one(name=f"To come {number}", start=day(number))
    plan_one(name="Always open", start=None)
    for number in (1, 2):
        stand(plan_one(name=f"Past {number}", start=day(number)), MeetingState.ENDED)
    stand(plan_one(name="Cancelled", start=day(3)), MeetingState.CANCELLED)
    for number in (1, 2):
        planned = plan_one(name=f"Live {number}", start=day(1))
        stand(planned, MeetingState.LIVE, started_at=clock.now() + timedelta(minutes=number))
    assert names() == ["To come 3", "To come 4", "To come 5", "Always open"]
    assert names(view="live") == ["Live 1", "Live 2"]
    assert names(view="past") == ["Cancelled", "Past 2", "Past 1"]


def test_a_list_says_how_many_there_are_and_turns_its_pages(plan_one, application, tenant, account, names):
    for number in range(1, 8):
        plan_one(name=f"Meeting {number}", start=day(number))
    with tenant_scope(tenant), application.db.reading() as session:
        listing = meetings_of(session, organiser_id=account.id, page=3, per_page=3)
    assert ([one.meeting.name for one in listing.lines], listing.total) == (["Meeting 7"], 7)
    assert (listing.page, listing.pages, listing.counts) == (3, 3, {"to_come": 7, "live": 0, "past": 0})
    assert names(page=99, per_page=3) == ["Meeting 7"]
    assert names(page=-1, per_page=3) == ["Meeting 1", "Meeting 2", "Meeting 3"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("réunion", ["Réunion d’ÉTÉ", "REUNION 100%"]),
        ("REUNION ete", ["Réunion d’ÉTÉ"]),
        ("été réu", ["Réunion d’ÉTÉ"]),
        ("0%", ["REUNION 100%"]),
        ("_", []),
        ("straße", ["Strasse"]),
        ("zoe", ["Strasse"]),
        ("LÉVY@example", ["Strasse"]),
        ("zoë strasse", ["Strasse"]),
        ("gone@example.org", []),
        ("nothing", []),
    ],
)
def test_a_search_overlooks_accents_and_capitals_and_knows_the_guests(
    plan_one, names, writing, search, found, clock
):
    plan_one(name="Réunion d’ÉTÉ", start=day(1))
    plan_one(name="REUNION 100%", start=day(2))
    planned = plan_one(
        name="Strasse",
        start=day(3),
        guests=(Guest("levy@example.org", "Zoé Lévy"), Guest("gone@example.org")),
    )
    with writing() as session:
        set_guests(
            session,
            meeting=session.get_one(Meeting, planned.id),
            guests=[Guest("levy@example.org", "Zoé Lévy")],
            now=clock.now(),
        )
    assert names(search=search) == found


def test_each_line_says_how_many_are_invited_and_present(plan_one, application, tenant, account):
    guests = tuple(Guest(f"guest{number}@example.org") for number in range(3))
    planned = plan_one(guests=guests, start=None)
    room = HeadlessRoom(application, tenant, planned.id)
    room.person("Sam")
    room.person("Kim", "presenter")
    with tenant_scope(tenant), application.db.reading() as session:
        (line,) = meetings_of(session, organiser_id=account.id, view="live").lines
        assert (line.invited, line.present) == (3, 2)
        assert [one.name for one in people_present(session, meeting=line.meeting)] == ["Kim", "Sam"]


def test_the_number_of_queries_does_not_grow_with_the_list(plan_one, application, tenant, account):
    statements = []
    event.listen(application.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def queries():
        statements.clear()
        with tenant_scope(tenant), application.db.reading() as session:
            meetings_of(session, organiser_id=account.id, search="m")
        return len([one for one in statements if one.startswith("SELECT")])

    plan_one(name="Meeting")
    few = queries()
    for number in range(1, 9):
        plan_one(name=f"Meeting {number}", start=day(number), guests=(Guest(f"m{number}@example.org"),))
    assert queries() == few == 4


def test_nobody_sees_anothers_meetings(plan_one, application, tenant, account, writing, clock, names):
    with writing() as session:
        other = Account(email="sam@example.org", name="Sam", created_at=clock.now(), confirmed_at=clock.now())
        session.add(other)
    plan_one(organiser=other, name="Theirs")
    plan_one(name="Mine")
    assert names() == ["Mine"]
    with tenant_scope(tenant), application.db.reading() as session:
        assert [one.name for one in planned_of(session, organiser_id=account.id)] == ["Mine"]
    with tenant_scope(make_tenant(application, slug="other")), application.db.reading() as session:
        assert meetings_of(session, organiser_id=account.id).counts == {"to_come": 0, "live": 0, "past": 0}


def test_a_draft_is_kept_taken_up_again_and_dropped(account, writing, clock):
    with writing() as session:
        for name in ("B", "Bu", "Budget"):
            save_draft(
                session, account_id=account.id, public_id="draft2345", form={"name": name}, now=clock.now()
            )
        assert [one.form for one in drafts_of(session, account_id=account.id)] == [{"name": "Budget"}]
        assert load_draft(session, account_id=account.id, public_id="draft2345").form == {"name": "Budget"}
        drop_draft(session, account_id=account.id, public_id="draft2345")
        drop_draft(session, account_id=account.id, public_id="draft2345")
        assert load_draft(session, account_id=account.id, public_id="draft2345") is None


def test_only_the_last_drafts_are_kept(account, writing, clock):
    with writing() as session:
        for number in range(MOST_DRAFTS + 3):
            save_draft(
                session,
                account_id=account.id,
                public_id=f"draft{number:05}",
                form={},
                now=clock.advance(seconds=1),
            )
        kept = [one.public_id for one in drafts_of(session, account_id=account.id)]
    assert kept == [f"draft{number:05}" for number in range(MOST_DRAFTS + 2, 2, -1)]


def test_anothers_draft_is_neither_shown_nor_overwritten(account, writing, clock):
    with writing() as session:
        other = Account(email="sam@example.org", name="Sam", created_at=clock.now(), confirmed_at=clock.now())
        session.add(other)
        session.flush()
        save_draft(
            session, account_id=account.id, public_id="draft2345", form={"name": "Mine"}, now=clock.now()
        )
        save_draft(
            session, account_id=other.id, public_id="draft2345", form={"name": "Theirs"}, now=clock.now()
        )
        assert load_draft(session, account_id=other.id, public_id="draft2345") is None
        drop_draft(session, account_id=other.id, public_id="draft2345")
        assert load_draft(session, account_id=account.id, public_id="draft2345").form == {"name": "Mine"}
