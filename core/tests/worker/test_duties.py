"""What is owed is done once, at its time, whoever is killed when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from palabre.application import Application
from palabre.duties import add_duty, claim_due, finish, withdraw_duties
from palabre.model import Duty, Meeting
from palabre.plugins.features import switch_feature
from palabre.tenants import TenantContext
from palabre.testing.clock import TestClock
from palabre.toolkit import DutyKind, Feature, hookimpl
from palabre.worker.duties import do_due


class Bell:
    """A plugin that owes the ringing of a bell."""

    palabre_name = "bell"

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.broken = False
        self.at_once = 1

    @hookimpl
    def feature(self) -> Feature:
        return Feature(name="bell", title="Bell", description="Rings.", api_version=1)

    @hookimpl
    def duties(self) -> list[DutyKind]:
        return [DutyKind("bell.ring", self.ring, at_once=self.at_once)]

    def ring(self, application: Application, duty: Duty) -> None:
        if self.broken:
            raise RuntimeError("the rope is torn")
        self.rung.append(duty.key)
        self.meanwhile()


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def plugins(bell: Bell) -> list[object]:
    return [bell]


@pytest.fixture
def owe(application: Application, meeting: Meeting, clock: TestClock) -> Callable[[str], None]:
    def owe(key: str, kind: str = "bell.ring") -> None:
        with application.db.transaction() as session:
            add_duty(
                session,
                key=key,
                kind=kind,
                due_at=clock.now() + timedelta(minutes=1),
                now=clock.now(),
                tenant_id=meeting.tenant_id,
                meeting_id=meeting.id,
            )

    return owe


def _row(application: Application, key: str) -> Duty:
    with application.db.reading() as session:
        return session.query(Duty).filter(Duty.key == key).one()


def test_nothing_is_done_before_its_time(application, bell, owe, clock):
    owe("one")
    assert do_due(application) == 0
    clock.advance(minutes=1)
    assert do_due(application) == 1
    assert bell.rung == ["one"]
    assert do_due(application) == 0
    assert _row(application, "one").done_at == clock.now()


def test_the_same_key_is_owed_once(application, bell, owe, clock):
    owe("one")
    owe("one")
    clock.advance(minutes=1)
    do_due(application)
    owe("one")
    clock.advance(minutes=1)
    do_due(application)
    assert bell.rung == ["one"]


def test_what_is_withdrawn_is_not_done(application, bell, owe, clock, meeting):
    owe("one")
    with application.db.transaction() as session:
        withdraw_duties(session, meeting_id=meeting.id)
    clock.advance(minutes=1)
    assert do_due(application) == 0
    assert bell.rung == []


def test_a_claim_of_a_killed_worker_is_taken_by_another_later(application, bell, owe, clock):
    owe("one")
    clock.advance(minutes=1)
    with application.db.transaction() as session:
        claimed = claim_due(session, now=clock.now())
    assert claimed.key == "one"
    assert do_due(application) == 0
    clock.advance(minutes=3)
    assert do_due(application) == 1
    assert bell.rung == ["one"]


def test_a_failed_attempt_is_repeated_after_pauses_that_grow(application, bell, owe, clock):
    bell.broken = True
    owe("one")
    clock.advance(minutes=1)
    pauses = []
    for _ in range(3):
        do_due(application)
        row = _row(application, "one")
        assert row.problem == "RuntimeError: the rope is torn"
        pauses.append((row.due_at - clock.now()).total_seconds())
        clock.advance(seconds=pauses[-1])
    assert pauses == [10, 60, 300]
    bell.broken = False
    do_due(application)
    assert bell.rung == ["one"]


def test_one_that_fails_holds_up_no_other(application, bell, owe, clock):
    owe("unknown", kind="nobody.does_it")
    owe("one")
    clock.advance(minutes=1)
    do_due(application)
    assert bell.rung == ["one"]


def test_duties_of_a_plugin_that_is_switched_off_wait(
    application: Application, bell: Bell, owe: Callable[[str], None], clock: TestClock, tenant: TenantContext
):
    def switch(*, enabled: bool) -> None:
        with application.db.transaction() as session:
            switch_feature(session, application.plugins, tenant_id=tenant.id, feature="bell", enabled=enabled)

    owe("one")
    switch(enabled=False)
    clock.advance(minutes=1)
    do_due(application)
    assert bell.rung == []
    switch(enabled=True)
    clock.advance(minutes=5)
    do_due(application)
    assert bell.rung == ["one"]


def test_what_was_done_meanwhile_is_not_finished_again(application, owe, clock):
    owe("one")
    clock.advance(minutes=1)
    with application.db.transaction() as session:
        duty = claim_due(session, now=clock.now())
    with application.db.transaction() as session:
        assert finish(session, duty, now=clock.now())
    with application.db.transaction() as session:
        assert not finish(session, duty, now=clock.now())


def test_whoever_lost_the_claim_to_another_worker_cannot_finish(application, owe, clock):
    owe("one")
    clock.advance(minutes=1)
    with application.db.transaction() as session:
        slow = claim_due(session, now=clock.now())
    clock.advance(minutes=3)
    with application.db.transaction() as session:
        quick = claim_due(session, now=clock.now())
    with application.db.transaction() as session:
        assert not finish(session, slow, now=clock.now())
        assert finish(session, quick, now=clock.now())


def test_what_is_owed_anew_while_it_is_being_done_is_done_again_at_its_new_time(
    application, bell, owe, clock
):
    owe("one")
    clock.advance(minutes=1)
    bell.meanwhile = lambda: owe("one")
    do_due(application)
    assert _row(application, "one").is_open
    bell.meanwhile = lambda: None
    clock.advance(minutes=1)
    do_due(application)
    assert bell.rung == ["one", "one"]
    assert not _row(application, "one").is_open


def test_a_claim_is_taken_for_one_duty_at_a_time(application, bell, owe, clock):
    owe("one")
    owe("two")
    clock.advance(minutes=1)
    claims = []
    bell.meanwhile = lambda: claims.append(_row(application, "two").claimed_until)
    do_due(application)
    assert claims[0] is None
    assert bell.rung == ["one", "two"]


@pytest.fixture
def three(bell, owe, clock) -> list[str]:
    """Keys of duties that are due and that a worker claims together."""
    bell.at_once = 10
    keys = ["one", "two", "three"]
    for key in keys:
        owe(key)
    owe("of another kind", kind="nobody.does_it")
    clock.advance(minutes=1)
    return keys


def test_duties_that_take_no_time_are_claimed_together(application, bell, three, clock):
    claims = []
    bell.meanwhile = lambda: claims.append(_row(application, "three").claimed_until)
    assert do_due(application) == 4
    assert bell.rung == three
    assert claims[0] is None  # the first shows whether anybody does them
    assert claims[1] == clock.now() + timedelta(seconds=120)
    assert [_row(application, key).attempts for key in three] == [1, 1, 1]


def test_of_duties_claimed_together_one_that_fails_holds_up_no_other(application, bell, three, clock):
    def fail_at_two() -> None:
        if bell.rung[-1] == "two":
            raise RuntimeError("the rope is torn")

    bell.meanwhile = fail_at_two
    do_due(application)
    assert bell.rung == three
    assert [_row(application, key).is_open for key in three] == [False, True, False]
    clock.advance(seconds=10)
    bell.meanwhile = lambda: None
    do_due(application)
    assert bell.rung == [*three, "two"]


def test_a_worker_that_turns_out_slow_gives_back_what_it_claimed_together(application, bell, three, clock):
    def be_slow() -> None:
        if bell.rung[-1] == "two":
            clock.advance(seconds=61)
            bell.meanwhile = lambda: attempts.append(_row(application, "three").attempts)

    attempts: list[int] = []
    bell.meanwhile = be_slow
    do_due(application)
    assert bell.rung == three
    assert attempts == [1]  # what it gave back was no attempt


def test_duties_claimed_together_by_a_killed_worker_are_taken_by_another(application, bell, three, clock):
    class Killed(BaseException):
        pass

    def kill() -> None:
        if bell.rung[-1] == "two":
            raise Killed

    bell.meanwhile = kill
    with pytest.raises(Killed):
        do_due(application)
    bell.meanwhile = lambda: None
    do_due(application)
    assert bell.rung == ["one", "two"]
    clock.advance(minutes=3)
    do_due(application)
    assert bell.rung == ["one", "two", "two", "three"]


def test_two_who_owe_the_same_at_once_owe_it_once(application, bell, owe, clock):
    failed = []

    def owe_too() -> None:
        try:
            owe("one")
        except Exception as error:
            failed.append(error)

    together = [threading.Thread(target=owe_too) for _ in range(8)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert failed == []
    clock.advance(minutes=1)
    do_due(application)
    assert bell.rung == ["one"]
