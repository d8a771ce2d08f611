"""Adding, claiming and closing duties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from palabre.model import Base, Duty

#: So long a worker has for a duty before another may take it, in seconds.
CLAIM_S = 120.0
#: Pauses before the second, third … attempt, in seconds; the last one repeats.
PAUSES_S = (10.0, 60.0, 300.0, 900.0, 3600.0)

# Each hour of each live meeting is a duty: what all of them need is built once, and goes past the ORM.
_DUTIES = Base.metadata.tables["duty"]
_ADD = {
    "sqlite": sqlite.insert(_DUTIES).on_conflict_do_nothing(index_elements=["key"]).returning(_DUTIES.c.id),
    "postgresql": postgresql.insert(_DUTIES)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(_DUTIES.c.id),
}
_FINISH = (
    update(_DUTIES)
    .where(
        _DUTIES.c.id == bindparam("duty_id"),
        _DUTIES.c.is_open,
        _DUTIES.c.claimed_until == bindparam("claim"),
    )
    .values(is_open=False, done_at=bindparam("now"), claimed_until=None, problem=None)
    .returning(_DUTIES.c.id)
)


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
    values = {
        "key": key,
        "kind": kind,
        "tenant_id": tenant_id,
        "meeting_id": meeting_id,
        "data": data or {},
        "due_at": due_at,
        "is_open": True,
        "attempts": 0,
        "created_at": now,
    }
    session.flush()
    connection = session.connection()
    made_id = connection.scalar(_ADD[connection.dialect.name], values)
    if made_id is not None:
        made = Duty(id=made_id, done_at=None, claimed_until=None, problem=None, **values)
        make_transient_to_detached(made)
        session.add(made)
        return made
    duty = session.scalars(select(Duty).where(Duty.key == key).with_for_update()).one()
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
        .where(_due(now))
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


def claim_alike(session: Session, duty: Duty, *, now: datetime, most: int) -> list[Duty]:
    """Others of the same kind and tenant that are due, claimed as this one was. Commit before doing them."""
    alike = session.scalars(
        select(Duty)
        .where(_due(now), Duty.kind == duty.kind, Duty.tenant_id == duty.tenant_id)
        .order_by(Duty.due_at, Duty.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for one in alike:
        one.claimed_until = now + timedelta(seconds=CLAIM_S)
        one.attempts += 1
    session.flush()
    return list(alike)


def finish(session: Session, duty: Duty, *, now: datetime) -> bool:
    """The duty is done, in the transaction that did it.

    :param duty: as it was claimed.
    :returns: ``False`` when it was done, withdrawn or owed anew meanwhile, or another worker has taken it because the
        claim ran out: what this one did must not count.
    """
    session.flush()
    done = session.connection().scalar(_FINISH, {"duty_id": duty.id, "claim": duty.claimed_until, "now": now})
    if done is None:
        return False
    known = session.identity_map.get(identity_key(Duty, duty.id))
    if known is not None:
        session.expire(known)
    if known is not duty:
        set_committed_value(duty, "done_at", now)  # by which the worker sees that it need not finish it again
    return True


def postpone(session: Session, duty: Duty, *, now: datetime, problem: str) -> None:
    """The attempt failed; another follows after a pause that grows."""
    pause_s = PAUSES_S[min(duty.attempts, len(PAUSES_S)) - 1]
    _put_back(session, duty, due_at=now + timedelta(seconds=pause_s), problem=problem)


def leave(session: Session, duty: Duty, *, due_at: datetime, problem: str | None) -> None:
    """Nobody can do it for now; that was no attempt."""
    _put_back(session, duty, due_at=due_at, problem=problem, tried=False)


def _due(now: datetime) -> ColumnElement[bool]:
    unclaimed = or_(Duty.claimed_until.is_(None), Duty.claimed_until < now)
    return and_(Duty.is_open, Duty.due_at <= now, unclaimed)


def _put_back(
    session: Session, duty: Duty, *, due_at: datetime, problem: str | None, tried: bool = True
) -> None:
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
