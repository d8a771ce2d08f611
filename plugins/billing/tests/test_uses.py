"""What other plugins declare is paid as it begins: once, at the pinned price, or it does not begin."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

import palabre_billing.plugin
from palabre.model import TenantFeature
from palabre.toolkit import (
    Chargeable,
    Duty,
    DutyKind,
    Feature,
    Meeting,
    Refused,
    Usage,
    add_duty,
    begin_usage,
    finish,
    hookimpl,
    in_room,
    tenant_scope,
)
from palabre_billing.consumption import figures_of
from palabre_billing.ledger import own_account
from palabre_billing.prices import WhenEmpty, current_prices, set_prices, set_terms


@dataclass
class Recording:
    """A plugin that records: each hour of it that starts is said, the following ones by a duty."""

    palabre_name = "recording"

    @hookimpl
    def feature(self):
        return Feature(name="recording", title="Recording", description="Records.", api_version=1)

    @hookimpl
    def chargeables(self):
        return [
            Chargeable("recording", "Recording", "hour"),
            Chargeable("recording.renewal", "Keeping a recording", "month"),
        ]

    @hookimpl
    def duties(self):
        return [DutyKind("recording.hour", self.next_hour)]

    def next_hour(self, application, duty: Duty):
        with in_room(application, duty.meeting_id, plugin="recording") as room:
            if finish(room.session, duty, now=room.now):
                self.start_hour(room.session, room.meeting, duty.data["hour"], room.now)

    def start_hour(self, session, meeting, hour, now):
        usage = Usage(
            chargeable="recording",
            key=f"{meeting.public_id}:{hour}",
            goes_on=hour > 0,
            said=f"Hour {hour + 1}",
        )
        begin_usage(session, meeting=meeting, usage=usage)
        add_duty(
            session,
            key=f"recording.hour:{meeting.public_id}:{hour + 1}",
            kind="recording.hour",
            due_at=now + timedelta(hours=1),
            now=now,
            tenant_id=meeting.tenant_id,
            meeting_id=meeting.id,
            data={"hour": hour + 1},
        )


@pytest.fixture
def recording():
    return Recording()


@pytest.fixture
def plugins(recording):
    return [palabre_billing.plugin, recording]


@pytest.fixture
def tenant(tenant):
    return tenant.with_features(frozenset({"billing", "recording"}))


@pytest.fixture
def use(world):
    def use(room, key="one", **usage):
        with tenant_scope(world.tenant), world.application.db.transaction() as session:
            meeting = session.get_one(Meeting, room.meeting_id)
            begin_usage(
                session, meeting=meeting, usage=Usage(**{"chargeable": "recording", "key": key, **usage})
            )

    return use


@pytest.fixture(autouse=True)
def every_invariant_holds(world):
    yield
    assert world.faults() == []


def set_price(world, **prices):
    with tenant_scope(world.tenant), world.application.db.transaction() as session:
        now = current_prices(session, world.tenant.id)
        set_prices(
            session,
            tenant_id=world.tenant.id,
            credits={**now.credits, **{(name, ""): price for name, price in prices.items()}},
            free_hours=0,
            author="an operator",
            now=world.application.clock.now(),
        )


def test_each_started_hour_of_a_recording_is_added_to_the_rooms(world, give, has, clock, recording):
    give(20)
    room = world.room("M")
    lea = room.person("Léa", role="presenter")
    clock.advance(minutes=10)
    with tenant_scope(world.tenant), world.application.db.transaction() as session:
        recording.start_hour(session, session.get_one(Meeting, room.meeting_id), 0, clock.now())
    assert has() == 20 - 2 - 3
    for _minute in range(65):
        clock.advance(minutes=1)
        lea.room.renew(lea)
        world.work()
    assert has() == 20 - 2 * 2 - 2 * 3


def test_the_same_key_is_the_same_use_whatever_was_changed_meanwhile(world, give, has, use):
    give(20)
    room = world.room("S")
    use(room, "one", chargeable="recording.renewal")
    set_price(world, **{"recording.renewal": 9})
    use(room, "one", chargeable="recording.renewal")
    assert has() == 17
    use(room, "two", chargeable="recording.renewal")
    use(room, "two")  # the same key of something else is something else
    assert has() == 17 - 9 - 3


def test_a_live_meeting_keeps_the_price_of_its_start(world, give, has, use):
    give(20)
    room = world.room("S")
    room.person("Léa", role="presenter")
    set_price(world, recording=9)
    use(room)
    assert has() == 20 - 1 - 3
    use(world.room("S"), "another")
    assert has() == 16 - 9


def test_several_units_are_one_movement_and_a_free_one_none(world, give, has, use):
    give(20)
    use(world.room("S"), quantity=4)
    set_price(world, recording=0)
    use(world.room("S"), "free")
    assert has() == 8


def test_what_cannot_be_paid_does_not_begin_and_the_sentence_says_why(world, give, has, use):
    give(2)
    room = world.room("S")
    with pytest.raises(Refused) as refused:
        use(room)
    assert refused.value.code == "not_enough_credits"
    assert refused.value.message == (
        "This costs 3 credits. 1 credit is missing on its organiser’s account. "
        "The organiser buys more here: http://127.0.0.1:8000/plugins/billing/buy?needed=1"
    )
    assert has() == 2
    give(1)
    use(room)
    assert has() == 0


def test_what_goes_on_may_go_down_to_the_allowed_debt_and_what_begins_may_not(world, give, has, use):
    with tenant_scope(world.tenant), world.application.db.transaction() as session:
        set_terms(session, tenant_id=world.tenant.id, when_empty=WhenEmpty.DEBT, allowed_debt=4)
    give(3)
    room = world.room("S")
    use(room, "0")
    with pytest.raises(Refused):
        use(room, "1")
    use(room, "1", goes_on=True)
    assert has() == -3
    with pytest.raises(Refused):
        use(room, "2", goes_on=True)


def test_one_use_said_by_many_at_once_is_paid_once_and_the_last_credits_once(world, give, has, use):
    give(5)
    room = world.room("S")
    results = []
    start = threading.Barrier(6)

    def say(key):
        start.wait()
        try:
            use(room, key)
            results.append("begun")
        except Refused as refusal:
            results.append(refusal.code)

    threads = [threading.Thread(target=say, args=(key,)) for key in ("a", "a", "a", "b", "b", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["begun"] * 3 + ["not_enough_credits"] * 3
    assert has() == 2


def test_demonstrations_and_meetings_of_nobody_use_for_nothing(world, has, use):
    use(world.room("S", is_demonstration=True))
    assert has() == 0


def test_consumption_tells_it_apart_from_the_room(world, give, use, application, clock, account):
    give(20)
    room = world.room("S")
    room.person("Léa", role="presenter")
    use(room)
    with tenant_scope(world.tenant), application.db.reading() as session:
        found = figures_of(session, own_account(session, account.id).id, now=clock.now())
    month = found.months[-1]
    assert {kind: found.of(month, kind) for kind in found.kinds} == {
        ("debit", "room"): -1,
        ("debit", "recording"): -3,
        ("gift", ""): 20,
    }


def test_where_billing_is_off_it_costs_nothing(world, give, has, use, application):
    give(20)
    with application.db.transaction() as session:
        session.query(TenantFeature).one().enabled = False
    world.tenant = world.tenant.with_features(frozenset({"recording"}))
    use(world.room("S"))
    assert has() == 20


@pytest.mark.parametrize("change", ["UPDATE billing_use SET credits = 0", "DELETE FROM billing_use"])
def test_the_database_refuses_to_change_what_was_used(world, give, use, application, change):
    give(20)
    use(world.room("S"))
    with pytest.raises(DatabaseError, match="only grows"), application.db.transaction() as session:
        session.execute(text(change))
