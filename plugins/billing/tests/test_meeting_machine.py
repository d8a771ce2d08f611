"""Whatever happens in the life of paid meetings, in whatever order: what is charged is what a simple model says."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, update
from world import World

from palabre.model import TenantFeature
from palabre.testing.clock import TestClock
from palabre.testing.room import make_tenant
from palabre.toolkit import (
    Account,
    Application,
    Duty,
    Meeting,
    MeetingState,
    Refused,
    public_id,
    tenant_scope,
)
from palabre.worker.duties import do_due
from palabre_billing import gifts
from palabre_billing.ledger import balance, own_account
from palabre_billing.prices import WhenEmpty, set_prices, set_terms

STEP = timedelta(minutes=20)


class Killed(BaseException):
    """The worker is gone, in the middle of something."""


@dataclass
class Paid:
    """One opening, as the model sees it.

    :param hours: how many were charged.
    :param is_over: nothing more of it will be charged.
    """

    started_at: datetime
    price: int
    hours: int = 1
    closed_at: datetime | None = None
    is_over: bool = False


class Life(RuleBasedStateMachine):
    """Runs in an installation that all its runs share; each has a tenant of its own."""

    application: Application
    clock: TestClock

    @initialize()
    def begin(self) -> None:
        tenant = make_tenant(self.application, slug=public_id()).with_features(frozenset({"billing"}))
        with tenant_scope(tenant), self.application.db.transaction() as session:
            session.add(TenantFeature(tenant_id=tenant.id, feature="billing", enabled=True))
            lea = Account(email="lea@example.org", name="Léa", created_at=self.clock.now())
            session.add(lea)
        self.world = World(self.application, tenant, lea)
        self.room = self.world.room("S")
        self.person: Any = None
        self.balance, self.price, self.debt = 0, 1, 0
        self.is_down = False
        self.openings: list[Paid] = []
        self.gifts: list[tuple[int, int]] = []
        self.give(5)
        self.start()

    @rule(credits=st.integers(1, 6))
    def give(self, credits: int) -> None:
        self.gifts.append((self._move(gifts.give, credits), credits))
        self.balance += credits

    @rule(credits=st.integers(1, 3))
    def take(self, credits: int) -> None:
        if credits > self.balance:
            with pytest.raises(Refused):
                self._move(gifts.take, credits)
            return
        self._move(gifts.take, credits)
        self.balance -= credits

    @rule()
    def correct(self) -> None:
        if not self.gifts:
            return
        number, credits = self.gifts.pop()
        with tenant_scope(self.world.tenant), self.application.db.transaction() as session:
            gifts.correct(
                session,
                tenant_id=self.world.tenant.id,
                number=number,
                reason="wrong",
                author="a test",
                now=self.clock.now(),
                may_owe=True,
            )
        self.balance -= credits

    @rule(price=st.integers(1, 3))
    def change_price(self, price: int) -> None:
        with tenant_scope(self.world.tenant), self.application.db.transaction() as session:
            set_prices(
                session,
                tenant_id=self.world.tenant.id,
                credits={("room", "S"): price},
                free_hours=0,
                author="an operator",
                now=self.clock.now(),
            )
        self.price = price

    @rule(debt=st.integers(0, 3))
    def change_terms(self, debt: int) -> None:
        when_empty = WhenEmpty.DEBT if debt else WhenEmpty.STOP
        with tenant_scope(self.world.tenant), self.application.db.transaction() as session:
            set_terms(session, tenant_id=self.world.tenant.id, when_empty=when_empty, allowed_debt=debt)
        self.debt = debt

    @rule()
    def start(self) -> None:
        if self._live:
            return
        with self.application.db.transaction() as session:  # the same room once more
            session.get_one(Meeting, self.room.meeting_id).state = MeetingState.PLANNED
        if self.balance < self.price:
            with pytest.raises(Refused):
                self.room.person("Léa", role="presenter")
            return
        self.person = self.room.person("Léa", role="presenter")
        self.openings.append(Paid(self.clock.now(), self.price))
        self.balance -= self.price

    @rule()
    def end(self) -> None:
        if self._live:
            self.person.act("end_for_all")
            self._live.closed_at = self.clock.now()

    @rule(steps=st.integers(1, 7))
    def pass_time(self, steps: int) -> None:
        for _step in range(steps):
            self._step()
            self._work()

    @rule()
    def worker_goes_down(self) -> None:
        self.is_down = True

    @rule(how=st.sampled_from(["one", "two at once"]))
    def worker_comes_back(self, how: str) -> None:
        self.is_down = False
        self._work(workers=2 if how == "two at once" else 1)

    @rule(after=st.integers(1, 40))
    def worker_is_killed(self, after: int) -> None:
        """In the middle of its work, at whatever statement; another takes over when its claims have run out."""
        self._step()
        if self.is_down:
            return
        statements = iter(range(after))

        def kill(*_arguments: object) -> None:
            if next(statements, None) is None:
                raise Killed

        engine = self.application.db.engine
        event.listen(engine, "before_cursor_execute", kill)
        try:
            with suppress(Killed), tenant_scope(None):
                do_due(self.application)
        finally:
            event.remove(engine, "before_cursor_execute", kill)
        with self.application.db.transaction() as session:
            session.execute(update(Duty).values(claimed_until=None))
        self._work()

    @invariant()
    def the_balance_is_what_the_model_says(self) -> None:
        with tenant_scope(self.world.tenant), self.application.db.reading() as session:
            theirs = own_account(session, self.world.organiser.id)
            assert (balance(session, theirs.id) if theirs else 0) == self.balance

    @invariant()
    def the_meeting_is_live_when_the_model_says_so(self) -> None:
        assert (self.room.meeting.state is MeetingState.LIVE) == (self._live is not None)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.end()
        self.is_down = False
        self._work()
        self.the_balance_is_what_the_model_says()
        assert self.world.faults() == []

    @property
    def _live(self) -> Paid | None:
        last = self.openings[-1] if self.openings else None
        return last if last is not None and last.closed_at is None else None

    def _step(self) -> None:
        self.clock.advance(seconds=STEP.total_seconds())
        if self._live:
            self.room.renew(self.person)

    def _work(self, workers: int = 1) -> None:
        if self.is_down:
            return
        failures: list[Exception] = []

        def work() -> None:
            try:
                self.world.work()
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _number in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        self._charge()

    def _charge(self) -> None:
        """What the worker does, in the model: hours in the order in which they fell due."""
        while due := [
            one for one in self.openings if not one.is_over and self._next(one) <= self.clock.now()
        ]:
            opening = min(due, key=self._next)
            at = self._next(opening)
            if opening.closed_at is not None and opening.closed_at <= at:
                opening.is_over = True
            elif self.balance - opening.price < -self.debt:
                opening.is_over = True
                opening.closed_at = opening.closed_at or self.clock.now()
            else:
                self.balance -= opening.price
                opening.hours += 1

    @staticmethod
    def _next(opening: Paid) -> datetime:
        return opening.started_at + timedelta(hours=opening.hours)

    def _move(self, move: Any, credits: int) -> int:
        with tenant_scope(self.world.tenant), self.application.db.transaction() as session:
            made: int = move(
                session,
                owner=self.world.organiser,
                credits=credits,
                reason="because",
                author="a test",
                key=public_id(),
                now=self.clock.now(),
            ).id
            return made


@pytest.mark.timeout(300)
def test_what_is_charged_is_what_the_model_says(application: Application, clock: TestClock) -> None:
    run_state_machine_as_test(
        type("LifeHere", (Life,), {"application": application, "clock": clock}),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
