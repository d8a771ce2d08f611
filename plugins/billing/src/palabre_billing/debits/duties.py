"""What a live meeting owes: its next hour, and the warnings before it. Each is one row with one key."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from palabre.toolkit import add_duty
from palabre_billing.debits.charging import hour_start
from palabre_billing.debits.models import Opening

#: Kinds of the duties that charge an hour and that warn before it.
HOUR, WARN = "billing.hour", "billing.warn"
#: Minutes before an hour at which people are warned.
WARNINGS_MIN = (10, 5, 1)


def owe_next_hour(session: Session, opening: Opening, number: int, *, now: datetime) -> None:
    """Owe the charge of an hour, and the first warning before it, in the transaction that charged the one before."""
    if opening.credits == 0:
        return
    assert opening.meeting_id is not None
    add_duty(
        session,
        key=f"{HOUR}:{opening.key}:{number}",
        kind=HOUR,
        due_at=hour_start(opening, number),
        now=now,
        tenant_id=opening.tenant_id,
        meeting_id=opening.meeting_id,
        data={"opening": opening.id, "hour": number},
    )
    owe_warning(session, opening, number, now=now)


def owe_warning(session: Session, opening: Opening, number: int, *, now: datetime) -> None:
    """Owe the next warning before an hour that is still to come."""
    starts_at = hour_start(opening, number)
    for minutes in WARNINGS_MIN:
        due_at = starts_at - timedelta(minutes=minutes)
        if due_at > now:
            add_duty(
                session,
                key=f"{WARN}:{opening.key}:{number}:{minutes}",
                kind=WARN,
                due_at=due_at,
                now=now,
                tenant_id=opening.tenant_id,
                meeting_id=opening.meeting_id,
                data={"opening": opening.id, "hour": number, "minutes": minutes},
            )
            return
