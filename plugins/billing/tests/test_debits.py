"""A meeting is paid at its start and at the start of each hour that it is still live: once, and only then."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from palabre.model import TenantFeature
from palabre.toolkit import Account, Meeting, Refused, tenant_scope
from palabre_billing.prices import WhenEmpty, current_prices, set_prices, set_terms


@pytest.fixture
def charge(application, tenant):
    """Sets prices or terms."""

    def charge(do, **values):
        with tenant_scope(tenant), application.db.transaction() as session:
            do(session, tenant_id=tenant.id, **values)

    return charge


def prices(application, **credits):
    return {
        "credits": {("room", name): amount for name, amount in credits.items()},
        "free_hours": 0,
        "author": "an operator",
        "now": application.clock.now(),
    }


@pytest.fixture(autouse=True)
def every_invariant_holds(world):
    yield
    assert world.faults() == []


def pass_time(world, clock, minutes, lea=None):
    """The minutes pass, the worker at it, and whoever is in the room stays there."""
    for _minute in range(minutes):
        clock.advance(minutes=1)
        if lea is not None:
            lea.room.renew(lea)
        world.work()


def test_an_hour_and_a_half_of_class_m_costs_four_whoever_comes(world, give, has, clock):
    give(10)
    room = world.room("M")
    lea = room.person("Léa", role="presenter")
    for name in ("Sam", "Noor", "Kim"):
        room.person(name)
    assert has() == 8
    pass_time(world, clock, 90, lea)
    lea.act("end_for_all")
    pass_time(world, clock, 90)
    assert has() == 6
    assert world.hours() == [(0, "paid", 2), (1, "paid", 2)]
    assert world.faults() == []


def test_one_hour_of_class_s_costs_one(world, give, has, clock):
    give(10)
    lea = world.room("S").person("Léa", role="presenter")
    pass_time(world, clock, 59, lea)
    lea.act("end_for_all")
    pass_time(world, clock, 2)
    assert has() == 9


def test_a_meeting_that_ends_as_an_hour_begins_is_not_charged_for_it(world, give, has, clock):
    give(10)
    lea = world.room("S").person("Léa", role="presenter")
    clock.advance(hours=1)
    lea.act("end_for_all")
    world.work()
    assert has() == 9


def test_without_enough_the_room_stays_closed_and_the_sentence_says_what_is_missing(world, give, has):
    give(1)
    room = world.room("L")
    with pytest.raises(Refused) as refused:
        room.person("Léa", role="presenter")
    assert refused.value.code == "not_enough_credits"
    assert refused.value.message == (
        "Each started hour of this meeting costs 3 credits. 2 credits are missing on its organiser’s account. "
        "The organiser buys more here: http://127.0.0.1:8000/plugins/billing/buy?needed=2"
    )
    assert (has(), room.meeting.state.value, world.hours()) == (1, "planned", [])


def test_guests_at_the_door_learn_nothing_of_the_organisers_credits(world, give, has):
    give(1)
    room = world.room("L")
    with pytest.raises(Refused) as refused:
        room.person("Sam")
    assert (refused.value.code, refused.value.message) == (
        "not_possible",
        "This is not possible at the moment. Ask the organiser of the meeting.",
    )
    give(2)
    room.person("Sam")
    assert has() == 0


def test_two_meetings_on_the_last_credit_at_the_same_moment_exactly_one_starts(world, give, has):
    give(1)
    rooms = [world.room("S"), world.room("S")]
    start = threading.Barrier(2)
    results = []

    def come(room):
        start.wait()
        try:
            room.person("Léa", role="presenter")
            results.append("started")
        except Refused as refusal:
            results.append(refusal.code)

    threads = [threading.Thread(target=come, args=(room,)) for room in rooms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["not_enough_credits", "started"]
    assert sorted(room.meeting.state.value for room in rooms) == ["live", "planned"]
    assert has() == 0


def test_people_are_warned_three_times_and_then_the_meeting_stops(world, give, has, clock):
    give(1)
    room = world.room("S")
    lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
    pass_time(world, clock, 59, lea)
    assert [one["minutes"] for one in lea.heard("billing.running_out")] == [10, 5, 1]
    assert sam.heard("billing.running_out") == []
    pass_time(world, clock, 2, lea)
    assert [event.kind for event in room.journal()][-2:] == ["billing.stopped", "ended"]
    assert room.meeting.state.value in ("ended", "planned")
    assert world.mails() == ["billing.running_out"] * 3 + ["billing.stopped"]
    assert has() == 0
    stopped, *_warnings = world.posted()
    assert "was stopped" in stopped.text
    assert "http://127.0.0.1:8000/plugins/billing/" in stopped.text


def test_who_buys_in_time_goes_on(world, give, has, clock):
    give(1)
    room = world.room("S")
    lea = room.person("Léa", role="presenter")
    pass_time(world, clock, 52, lea)
    give(1)
    pass_time(world, clock, 10, lea)
    assert [one["minutes"] for one in lea.heard("billing.running_out")] == [10]
    assert (has(), room.meeting.state.value) == (0, "live")


def test_a_tenant_may_let_meetings_go_on_down_to_a_debt(world, give, has, clock, charge):
    charge(set_terms, when_empty=WhenEmpty.DEBT, allowed_debt=2)
    give(1)
    room = world.room("S")
    lea = room.person("Léa", role="presenter")
    pass_time(world, clock, 121, lea)
    assert (has(), room.meeting.state.value) == (-2, "live")
    pass_time(world, clock, 60, lea)
    assert has() == -2
    assert room.meeting.state.value != "live"
    with pytest.raises(Refused):
        world.room("S").person("Léa", role="presenter")


def test_prices_that_change_during_a_meeting_count_from_the_next_start(
    world, give, has, clock, charge, application
):
    give(20)
    lea = world.room("S").person("Léa", role="presenter")
    charge(set_prices, **prices(application, S=5))
    pass_time(world, clock, 61, lea)
    assert has() == 18
    world.room("S").person("Léa", role="presenter")
    assert has() == 13


def test_a_free_class_costs_nothing_and_needs_no_credits(world, has, clock, charge, application):
    charge(set_prices, **prices(application, S=0))
    lea = world.room("S").person("Léa", role="presenter")
    pass_time(world, clock, 61, lea)
    assert has() == 0
    assert world.hours()[0] == (0, "free", 0)


def test_free_hours_of_a_month_are_used_first_and_come_again(world, give, has, clock, charge, application):
    charge(set_prices, **{**prices(application, S=1), "free_hours": 2})
    give(5)
    lea = world.room("S").person("Léa", role="presenter")  # on the 31st of January, at 9
    pass_time(world, clock, 121, lea)
    assert world.hours() == [(0, "free", 0), (1, "free", 0), (2, "paid", 1)]
    lea.act("end_for_all")
    clock.advance(days=1)
    world.room("S").person("Léa", role="presenter")
    assert world.hours()[-1] == (0, "free", 0)
    assert has() == 4


def test_a_worker_that_was_down_charges_the_hours_that_were_really_live(world, give, has, clock):
    give(10)
    room = world.room("S")
    lea = room.person("Léa", role="presenter")
    clock.advance(hours=3, minutes=10)
    room.renew(lea)  # the web went on
    world.work()
    assert world.hours() == [(number, "paid", 1) for number in range(4)]
    assert has() == 6


def test_a_meeting_that_ended_while_the_worker_was_down_is_charged_until_then(world, give, has, clock):
    give(10)
    lea = world.room("S").person("Léa", role="presenter")
    clock.advance(hours=1, minutes=30)
    lea.act("end_for_all")
    clock.advance(hours=2)
    world.work()
    assert has() == 8


def test_hours_in_which_the_whole_installation_was_down_are_not_charged(world, give, has, clock):
    give(10)
    world.room("S").person("Léa", role="presenter")
    clock.advance(hours=3, minutes=10)  # nobody renewed anything
    world.work()
    assert has() == 9
    assert {fate for _number, fate, _credits in world.hours()[1:]} == {"waived"}


def test_a_meeting_that_opens_again_is_another_start_and_the_old_one_is_over(world, give, has, clock):
    give(10)
    room = world.room("S")
    room.person("Léa", role="presenter").act("end_for_all")
    clock.advance(minutes=30)
    with room.application.db.transaction() as session:
        meeting = session.get(Meeting, room.meeting_id)
        meeting.state = type(meeting.state).PLANNED
    lea = room.person("Léa", role="presenter")
    pass_time(world, clock, 45, lea)  # the first opening's second hour would begin in between
    assert has() == 8


def test_a_refused_start_leaves_nothing_behind_and_can_be_tried_again(world, give, has):
    room = world.room("S")
    with pytest.raises(Refused):
        room.person("Léa", role="presenter")
    give(1)
    room.person("Léa", role="presenter")
    assert has() == 0


def seen(person):
    """What a person's browser gets of the hour."""
    return person.state()["slices"].get("billing")


def test_presenters_see_until_when_it_is_paid_and_what_is_left_and_guests_see_nothing(
    world, give, clock, application
):
    give(10)
    opened_at = clock.now()
    room = world.room("M")
    lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
    world.work()
    first = {"credits": 2, "balance": 8, "ends_at": (opened_at + timedelta(hours=1)).isoformat()}
    assert (lea.heard("billing.hour"), seen(lea)) == ([first], first)
    pass_time(world, clock, 61, lea)
    second = {"credits": 2, "balance": 6, "ends_at": (opened_at + timedelta(hours=2)).isoformat()}
    assert seen(lea) == second
    give(5)
    world.work()
    assert seen(lea) == {**second, "balance": 11}
    late = room.person("Kim", role="presenter")
    assert seen(late) == {**second, "balance": 11}
    for guest in (sam, room.person("Noor")):
        assert guest.heard("billing.hour") == []
        assert seen(guest) is None
    lea.act("end_for_all")
    give(5)
    world.work()
    assert [event.kind for event in room.journal()][-1] == "ended"


def test_credits_that_come_are_told_in_the_payers_live_rooms_once(world, give, clock):
    give(10)
    rooms = [world.room("S"), world.room("S")]
    people = [room.person("Léa", role="presenter") for room in rooms]
    world.room("S").person("Kim", role="presenter").act("end_for_all")
    world.work()
    give(1)
    world.work()
    world.work()
    assert [[one["balance"] for one in person.heard("billing.hour")][1:] for person in people] == [[8], [8]]


def test_what_a_room_is_told_late_charges_no_hour_in_which_nobody_was_there(world, give, has, clock):
    give(10)
    world.room("S").person("Léa", role="presenter")
    clock.advance(hours=3, minutes=10)  # everything was down, and then the room is told of its start
    world.work()
    give(1)
    world.work()
    assert has() == 10


def test_demonstrations_and_meetings_of_nobody_cost_nothing(world, application, tenant):
    world.room("S", is_demonstration=True).person("Léa")
    world.organiser = Account(id=None)
    world.room("XL").person("Léa", role="presenter")
    assert world.hours() == []


def test_a_tenant_without_a_list_has_the_default_prices(application, tenant):
    with application.db.reading() as session:
        found = current_prices(session, tenant.id)
    assert [found.room(name) for name in ("S", "M", "L", "XL")] == [1, 2, 3, 6]


def test_switched_off_nothing_is_asked_and_nothing_kept(world, application, tenant, has):
    off = tenant.with_features(frozenset())
    world.tenant = off
    world.room("XL").person("Léa", role="presenter")
    assert (world.hours(), has()) == ([], 0)


def test_switched_off_with_a_live_meeting_its_hours_wait_and_the_balance_stays(
    world, give, has, clock, application
):
    def switch(enabled):
        with application.db.transaction() as session:
            session.scalars(select(TenantFeature)).one().enabled = enabled

    give(10)
    room = world.room("S")
    lea = room.person("Léa", role="presenter")
    switch(False)
    pass_time(world, clock, 61, lea)
    assert (has(), room.meeting.state.value) == (9, "live")
    switch(True)
    pass_time(world, clock, 6, lea)
    assert has() == 8


@pytest.mark.parametrize("zone_jump_h", [-1, 1])
def test_a_clock_that_is_put_back_or_on_by_an_hour_charges_no_hour_twice(
    world, give, has, clock, zone_jump_h
):
    give(10)
    lea = world.room("S").person("Léa", role="presenter")
    pass_time(world, clock, 61, lea)
    assert has() == 8
    clock.advance(hours=zone_jump_h)
    lea.room.renew(lea)
    world.work()
    assert has() == (8 if zone_jump_h < 0 else 7)
    pass_time(world, clock, 5, lea)
    numbers = [number for number, _fate, _credits in world.hours()]
    assert numbers == sorted(set(numbers))
