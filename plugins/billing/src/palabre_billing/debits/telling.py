"""What presenters see in the room: until when the hour is paid, and what the organiser has. Guests never get it.

It is a slice of the room's state, which an event renews at each hour and, by a duty, at the start and when credits
come. The slice, as presenters' browsers get it, and ``None`` for everybody else::

    {"credits": 2, "balance": 7, "ends_at": "2026-01-31T10:00:00+00:00"}
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from palabre.toolkit import (
    Application,
    Base,
    Duty,
    Event,
    MeetingState,
    Participant,
    RoomTransaction,
    Slice,
    add_duty,
    finish,
    in_room,
)
from palabre_billing.debits.charging import hour_start
from palabre_billing.debits.models import Opening
from palabre_billing.ledger import Change, balance

#: Kind of the duty by which a room is told.
TELL = "billing.tell"

_OPENINGS = Base.metadata.tables["billing_opening"]
_MEETINGS = Base.metadata.tables["meeting"]
_HOURS = Base.metadata.tables["billing_hour"]
_LIVE = (
    select(_OPENINGS.c.id, _OPENINGS.c.meeting_id, _OPENINGS.c.meeting, _OPENINGS.c.after_seq)
    .join(_MEETINGS, _MEETINGS.c.id == _OPENINGS.c.meeting_id)
    .where(
        _OPENINGS.c.payer_id == bindparam("payer_id"),
        _OPENINGS.c.credits > 0,
        _OPENINGS.c.started_at >= _MEETINGS.c.started_at,
        _MEETINGS.c.state == MeetingState.LIVE,
    )
)


def tell_hour(room: RoomTransaction, opening: Opening, number: int) -> None:
    """Say in the room, to presenters, until when it is paid and what is left."""
    room.append(
        "billing.hour",
        {
            "credits": opening.credits,
            "balance": balance(room.session, opening.payer_id),
            "ends_at": hour_start(opening, number + 1).isoformat(),
        },
        audience="presenters",
    )


def owe_telling_of_start(session: Session, opening: Opening, *, now: datetime) -> None:
    """Owe that a room is told, in the transaction that opens it."""
    if opening.credits > 0:
        assert opening.meeting_id is not None
        _owe(session, opening.tenant_id, opening.meeting_id, opening.id, f"{opening.key}:start", now)


def owe_telling_of_credits(session: Session, change: Change) -> None:
    """Owe that the live rooms of somebody to whom credits come are told, in the transaction that posts them."""
    if change.after <= change.before:
        return
    for opening_id, meeting_id, meeting, after_seq in session.connection().execute(
        _LIVE, {"payer_id": change.account_id}
    ):
        key = f"{meeting}:{after_seq}:{change.transaction_id}"
        _owe(session, change.tenant_id, meeting_id, opening_id, key, change.at)


def do_tell(application: Application, duty: Duty) -> None:
    """Tell a room, when it is still open and paid."""
    assert duty.meeting_id is not None  # a duty goes away with its meeting
    with in_room(application, duty.meeting_id, plugin="billing") as room:
        if not finish(room.session, duty, now=room.now):
            return
        opening = room.session.get_one(Opening, duty.data["opening"])
        number = room.session.scalar(
            select(func.max(_HOURS.c.number)).where(_HOURS.c.opening_id == opening.id)
        )
        since = room.meeting.started_at if room.meeting.state is MeetingState.LIVE else None
        if number is not None and since is not None and since <= opening.started_at:
            tell_hour(room, opening, number)


def _owe(session: Session, tenant_id: int, meeting_id: int, opening_id: int, key: str, now: datetime) -> None:
    add_duty(
        session,
        key=f"{TELL}:{key}",
        kind=TELL,
        due_at=now,
        now=now,
        tenant_id=tenant_id,
        meeting_id=meeting_id,
        data={"opening": opening_id},
    )


def _told(hour: dict[str, Any], event: Event) -> None:
    hour.clear()
    hour.update(event.data)


def _over(hour: dict[str, Any], _event: Event) -> None:
    hour.clear()


def _seen_by(hour: dict[str, Any], viewer: Participant) -> dict[str, Any] | None:
    return dict(hour) if hour and viewer.role == "presenter" else None


SLICE = Slice(
    name="billing",
    initial=dict,
    apply={"billing.hour": _told, "opened": _over, "ended": _over},
    view=_seen_by,
)
