"""Whatever people do with a meeting, and in whatever order, its states fit together and it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from palabre.application import Application
from palabre.calendar import LocalStart, Repeat
from palabre.errors import Refused
from palabre.meetings import MeetingPlan, cancel_occurrence, change_occurrence, plan
from palabre.model import Account, Duty, Meeting, MeetingState, Occurrence
from palabre.rooms import announce, start_meeting, stop_meeting
from palabre.tenants import TenantContext, tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom
from palabre.worker.duties import do_due
from palabre.worker.meetings import end_empty

OVER = (MeetingState.ENDED, MeetingState.CANCELLED)
deeds = st.sampled_from(
    ("wait 5", "wait 40", "wait 600", "presenter", "guest", "leave", "start", "stop", "move", "cancel one")
)


class Course:
    """One repeated meeting, and what can be done with it."""

    def __init__(
        self, application: Application, tenant: TenantContext, organiser: Account, times: int
    ) -> None:
        self.application, self.tenant = application, tenant
        assert isinstance(application.clock, TestClock)
        self.clock = application.clock
        first = self.clock.now() + timedelta(hours=2)
        with tenant_scope(tenant), application.db.transaction() as session:
            meeting = plan(
                session,
                plugins=application.plugins,
                organiser=organiser,
                plan=MeetingPlan(
                    "Budget",
                    start=LocalStart(first.replace(tzinfo=None), "UTC"),
                    repeat=Repeat("daily", count=times),
                    mail_on_planning=False,
                ),
                now=self.clock.now(),
            )
        self.room = HeadlessRoom(application, tenant, meeting.id)

    def do(self, deed: str) -> None:
        """Do one thing; a refusal is an answer too."""
        name, _, minutes = deed.partition(" ")
        try:
            if name == "wait":
                self.wait(float(minutes))
            elif name in ("presenter", "guest"):
                self.room.person("Sam", name)
            elif name == "leave":
                self.leave()
            elif name in ("start", "stop"):
                self._press(start_meeting if name == "start" else stop_meeting)
            else:
                self._change(name)
        except Refused:
            pass

    def wait(self, minutes: float) -> None:
        """Time passes, and the worker does what is due; people who are there stay."""
        self.clock.advance(minutes=minutes)
        self.room.renew(*self.room.people)
        self.work()

    def leave(self) -> None:
        """Everybody goes."""
        for person in self.room.people:
            person.drop()
        self.room.people.clear()
        self.clock.advance(seconds=5)
        self.work()

    def work(self) -> None:
        """What the worker does."""
        do_due(self.application)
        self.room.sweep()
        end_empty(self.application)

    def check(self) -> None:
        """What always holds."""
        with self.application.db.reading() as session:
            meeting = session.get_one(Meeting, self.room.meeting_id)
            times = session.scalars(
                select(Occurrence).where(Occurrence.meeting_id == meeting.id).order_by(Occurrence.starts_at)
            ).all()
            owed = select(Duty.kind).where(Duty.meeting_id == meeting.id, Duty.is_open)
            kinds = set(session.scalars(owed.where(Duty.kind.startswith("meeting."))))
        by_state = {state: [one for one in times if one.state is state] for state in MeetingState}
        live, planned = by_state[MeetingState.LIVE], by_state[MeetingState.PLANNED]
        assert len(live) == (meeting.state is MeetingState.LIVE)
        if live:
            assert (meeting.starts_at, meeting.started_at) == (live[0].starts_at, live[0].started_at)
        elif planned:
            assert (meeting.state, meeting.starts_at) == (MeetingState.PLANNED, planned[0].starts_at)
            assert "meeting.close" in kinds
            assert "meeting.start" in kinds or meeting.starts_at <= self.clock.now()
        else:
            assert meeting.state in OVER
            assert kinds == set()
        openings = [event.kind for event in self.room.journal() if event.kind in ("opened", "ended")]
        assert openings == ["opened", "ended"] * (len(openings) // 2) + ["opened"] * len(live)

    def _press(self, act: Callable[..., object]) -> None:
        with tenant_scope(self.tenant):
            with self.application.db.transaction() as session:
                outcome = act(session, self.application.rooms, self.room.meeting_id)
            announce(self.application.plugins, outcome)

    def _change(self, name: str) -> None:
        with tenant_scope(self.tenant), self.application.db.transaction() as session:
            next_one = session.scalars(
                select(Occurrence)
                .where(
                    Occurrence.meeting_id == self.room.meeting_id, Occurrence.state == MeetingState.PLANNED
                )
                .order_by(Occurrence.starts_at)
                .limit(1)
            ).first()
            if next_one is None:
                return
            now = self.clock.now()
            if name == "cancel":
                cancel_occurrence(session, occurrence=next_one, now=now)
            else:
                later = (next_one.starts_at + timedelta(hours=3)).replace(tzinfo=None)
                change_occurrence(
                    session, occurrence=next_one, start=LocalStart(later, "UTC"), duration_min=45, now=now
                )


@pytest.fixture
def database_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/palabre.sqlite3"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.integers(1, 3), done=st.lists(deeds, max_size=20))
def test_states_fit_together_and_every_meeting_ends(application, tenant, account, times, done):
    course = Course(application, tenant, account, times)
    for deed in done:
        course.do(deed)
        course.check()
    course.leave()
    for _ in range(2 * (times + len(done)) + 2):
        course.wait(12 * 60)
        course.check()
    assert course.room.meeting.state in OVER
