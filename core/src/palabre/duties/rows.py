"""Adding, claiming and closing duties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.model import Duty

#: So long a worker has for a duty before another may take it, in seconds.
CLAIM_S = 120.0
#: Pauses before the second, third … attempt, in seconds; the last one repeats.
PAUSES_S = (10.0, 60.0, 300.0, 900.0, 3600.0)


def add_duty(
    session: Session,
    *,
    key: str,
    kind: str,
    due_at: datetime,
    now: datetime,
    tenant_id: int,
    meeting_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> Duty:
    """Owe something, in the caller's transaction. A duty that is already owed under this key takes the new time.

    One that was withdrawn is owed again; one that was done stays done.

    :param key: names the effect, unique on the installation: ``start:<meeting>:<occurrence>``.
    :param kind: what is to be done, ``meeting.start``; a plugin's begin with its name.
    """
    existing = select(Duty).where(Duty.key == key).with_for_update()
    duty = session.scalar(existing)
    if duty is None:
        duty = Duty(
            key=key, kind=kind, tenant_id=tenant_id, meeting_id=meeting_id, due_at=due_at, created_at=now
        )
        try:
            with session.begin_nested():
                session.add(duty)
        except IntegrityError:  # somebody else owed it since we looked
            duty = session.scalars(existing).one()
    if duty.done_at is None:
        duty.due_at, duty.data, duty.is_open, duty.attempts = due_at, data or {}, True, 0
        duty.claimed_until = duty.problem = None
    session.flush()
    return duty


def withdraw_duties(session: Session, *, meeting_id: int, kind: str | None = None) -> None:
    """Nothing more is owed about a meeting, or nothing of one kind."""
    query = update(Duty).where(Duty.meeting_id == meeting_id, Duty.is_open)
    if kind is not None:
        query = query.where(Duty.kind == kind)
    session.execute(query.values(is_open=False), execution_options={"synchronize_session": "fetch"})


def claim_due(session: Session, *, now: datetime) -> Duty | None:
    """What is due for the longest time and nobody else is at, claimed for ``CLAIM_S``. Commit before doing it.

    One at a time, so that no claim runs out while others are done. Call it at installation level, so that every
    tenant's are found.
    """
    due = (
        select(Duty)
        .where(
            Duty.is_open,
            Duty.due_at <= now,
            or_(Duty.claimed_until.is_(None), Duty.claimed_until < now),
        )
        .order_by(Duty.due_at, Duty.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    duty = session.scalar(due)
    if duty is not None:
        duty.claimed_until = now + timedelta(seconds=CLAIM_S)
        duty.attempts += 1
        session.flush()
    return duty


def finish(session: Session, duty: Duty, *, now: datetime) -> bool:
    """The duty is done, in the transaction that did it.

    :param duty: as it was claimed.
    :returns: ``False`` when it was done, withdrawn or owed anew meanwhile, or another worker has taken it because the
        claim ran out: what this one did must not count.
    """
    row = _claimed(session, duty)
    if row is None:
        return False
    row.is_open, row.done_at, row.claimed_until, row.problem = False, now, None, None
    session.flush()
    return True


def postpone(session: Session, duty: Duty, *, now: datetime, problem: str) -> None:
    """The attempt failed; another follows after a pause that grows."""
    pause_s = PAUSES_S[min(duty.attempts, len(PAUSES_S)) - 1]
    _put_back(session, duty, due_at=now + timedelta(seconds=pause_s), problem=problem)


def leave(session: Session, duty: Duty, *, due_at: datetime, problem: str) -> None:
    """Nobody can do it for now; that was no attempt."""
    _put_back(session, duty, due_at=due_at, problem=problem, tried=False)


def _put_back(session: Session, duty: Duty, *, due_at: datetime, problem: str, tried: bool = True) -> None:
    row = _claimed(session, duty)
    if row is not None:
        row.due_at, row.claimed_until, row.problem = due_at, None, problem
        row.attempts -= not tried
        session.flush()


def _claimed(session: Session, duty: Duty) -> Duty | None:
    """The duty's row while the claim holds that it was taken with."""
    return session.scalar(
        select(Duty)
        .where(Duty.id == duty.id, Duty.is_open, Duty.claimed_until == duty.claimed_until)
        .with_for_update()
    )
