"""Whatever is given, taken, corrected and repeated in whatever order: the ledger is what a simple model says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from palabre.testing.room import make_tenant
from palabre.toolkit import Account, Application, Refused, public_id, tenant_scope
from palabre_billing import gifts
from palabre_billing.ledger import balance, own_account, verify_ledger

PEOPLE = st.integers(0, 1)
AMOUNTS = st.integers(1, 9)


class Ledger(RuleBasedStateMachine):
    """Runs in an installation that all its runs share; each has a tenant of its own."""

    application: Application

    @initialize()
    def begin(self) -> None:
        self.tenant = make_tenant(self.application, slug=public_id())
        self.now = self.application.clock.now()
        with tenant_scope(self.tenant), self.application.db.transaction() as session:
            self.people = [
                Account(email=f"{name}@example.org", name=name, created_at=self.now) for name in "ab"
            ]
            session.add_all(self.people)
        self.balances = [0, 0]
        self.moves: dict[int, tuple[int, int]] = {}
        self.corrected: set[int] = set()
        self.keys: dict[str, tuple[int, int]] = {}

    @rule(who=PEOPLE, amount=AMOUNTS, key=st.sampled_from("klmnop"))
    def give(self, who: int, amount: int, key: str) -> None:
        code, number = self._do(gifts.give, who, amount, key)
        known = self.keys.get(key)
        if known is None:
            assert code is None
            self.keys[key] = (who, amount)
            self.moves[number] = (who, amount)
            self.balances[who] += amount
        else:
            assert code == (None if known == (who, amount) else "key_reused")

    @rule(who=PEOPLE, amount=AMOUNTS)
    def take(self, who: int, amount: int) -> None:
        code, number = self._do(gifts.take, who, amount, public_id())
        if self.balances[who] < amount:
            assert code == "not_enough_credits"
        else:
            assert code is None
            self.moves[number] = (who, -amount)
            self.balances[who] -= amount

    @rule(which=st.integers(0, 30), may_owe=st.booleans())
    def correct(self, which: int, may_owe: bool) -> None:
        if not self.moves:
            return
        number = sorted(self.moves)[which % len(self.moves)]
        who, amount = self.moves[number]
        code = self._correct(number, may_owe)
        if number in self.corrected:
            assert code is None  # the same correction once more is the first
        elif not may_owe and amount > 0 and self.balances[who] - amount < 0:
            assert code == "not_enough_credits"
        else:
            assert code is None
            self.corrected.add(number)
            self.balances[who] -= amount

    @invariant()
    def balances_are_what_the_model_says(self) -> None:
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            accounts = [own_account(session, one.id) for one in self.people]
            assert [balance(session, one.id) if one else 0 for one in accounts] == self.balances

    @invariant()
    def every_invariant_holds(self) -> None:
        with self.application.db.reading() as session:
            assert [check for check in verify_ledger(session) if check.faults] == []

    def _do(self, move: Callable[..., object], who: int, amount: int, key: str) -> tuple[str | None, int]:
        try:
            with tenant_scope(self.tenant), self.application.db.transaction() as session:
                made = move(
                    session,
                    owner=self.people[who],
                    credits=amount,
                    reason="because",
                    author="a test",
                    key=key,
                    now=self.now,
                )
                return None, made.id
        except Refused as refusal:
            return refusal.code, 0

    def _correct(self, number: int, may_owe: bool) -> str | None:
        try:
            with tenant_scope(self.tenant), self.application.db.transaction() as session:
                gifts.correct(
                    session,
                    tenant_id=self.tenant.id,
                    number=number,
                    reason="wrong",
                    author="a test",
                    now=self.now,
                    may_owe=may_owe,
                )
        except Refused as refusal:
            return refusal.code
        return None


@pytest.mark.timeout(300)
def test_the_ledger_is_what_the_model_says(application: Application) -> None:
    run_state_machine_as_test(
        type("LedgerHere", (Ledger,), {"application": application}),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
