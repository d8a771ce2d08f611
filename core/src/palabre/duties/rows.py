"""Adding, claiming and closing duties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
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
    duty = session.scalar(select(Duty).where(Duty.key == key))
    if duty is None:
        duty = Duty(key=key, kind=kind, tenant_id=tenant_id, meeting_id=meeting_id, created_at=now)
        session.add(duty)
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


def claim_due(session: Session, *, now: datetime, limit: int = 20) -> list[Duty]:
    """What is due and nobody else is at, oldest first; claimed for ``CLAIM_S``. Commit before doing it.

    Call it at installation level, so that every tenant's are found.
    """
    due = (
        select(Duty)
        .where(
            Duty.is_open,
            Duty.due_at <= now,
            or_(Duty.claimed_until.is_(None), Duty.claimed_until < now),
        )
        .order_by(Duty.due_at, Duty.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    duties = list(session.scalars(due))
    for duty in duties:
        duty.claimed_until = now + timedelta(seconds=CLAIM_S)
        duty.attempts += 1
    session.flush()
    return duties


def finish(session: Session, duty: Duty, *, now: datetime) -> bool:
    """The duty is done, in the transaction that did it.

    :returns: ``False`` when it was done or withdrawn meanwhile: roll back what was done.
    """
    row = session.scalar(select(Duty).where(Duty.id == duty.id).with_for_update())
    if row is None or not row.is_open:
        return False
    row.is_open, row.done_at, row.claimed_until, row.problem = False, now, None, None
    session.flush()
    return True


def postpone(session: Session, duty: Duty, *, now: datetime, problem: str) -> None:
    """The attempt failed; another follows after a pause that grows."""
    row = session.get(Duty, duty.id)
    if row is None or not row.is_open:
        return
    row.due_at = now + timedelta(seconds=PAUSES_S[min(row.attempts, len(PAUSES_S)) - 1])
    row.claimed_until, row.problem = None, problem
    session.flush()
