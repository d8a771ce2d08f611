"""The following hours: a duty for each charges it, owes the next one, and ends the meeting that cannot pay.

What is true is read from the room's journal, not from what a process remembers: a meeting that ended while every
worker was down is charged for the hours it began, and for no other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from palabre.toolkit import (
    Application,
    Base,
    Duty,
    Meeting,
    MeetingState,
    RoomTransaction,
    end_meeting,
    finish,
    in_room,
    opening_after,
)
from palabre_billing.debits.charging import charge_hour, hour_start, is_charged, note
from palabre_billing.debits.duties import owe_next_hour
from palabre_billing.debits.models import Fate, Opening
from palabre_billing.debits.telling import tell_hour
from palabre_billing.ledger import NotEnoughCredits
from palabre_billing.letters import tell_stopped
from palabre_billing.prices.terms import lowest_balance

#: An hour that is charged later than this was held up by us: then there must be a sign that somebody was there.
LATE_S = 120.0

_OPENINGS = Base.metadata.tables["billing_opening"]
_NEWEST = (
    select(_OPENINGS.c.id)
    .where(_OPENINGS.c.meeting_id == bindparam("meeting_id"))
    .order_by(_OPENINGS.c.after_seq.desc())
    .limit(1)
)


def do_hour(application: Application, duty: Duty) -> None:
    """Charge the hour that a duty is about, if the room was open when it began."""
    assert duty.meeting_id is not None  # a duty goes away with its meeting
    with in_room(application, duty.meeting_id, plugin="billing") as room:
        if not finish(room.session, duty, now=room.now):
            return
        opening = room.session.get_one(Opening, duty.data["opening"])
        number = duty.data["hour"]
        starts_at = hour_start(opening, number)
        if is_charged(room.session, opening, number):
            return
        live = is_live(room.session, room.meeting, opening)
        if live or was_open(room.session, room.meeting, opening, starts_at):
            _charge(room, opening, number, starts_at, live=live)


def was_open(session: Session, meeting: Meeting, opening: Opening, at: datetime) -> bool:
    """Whether the room of an opening that is over was still open at a moment."""
    found = opening_after(session, meeting_id=meeting.id, seq=opening.after_seq)
    return found is not None and found.closed_at is not None and found.closed_at > at


def is_live(session: Session, meeting: Meeting, opening: Opening) -> bool:
    """Whether a meeting is live at this moment, and has been since this opening."""
    newest = session.connection().scalar(_NEWEST, {"meeting_id": meeting.id})
    # opened again while nobody paid, it has a start of its own
    is_this_one = meeting.started_at is not None and meeting.started_at <= opening.started_at
    return meeting.state is MeetingState.LIVE and is_this_one and newest == opening.id


def _charge(room: RoomTransaction, opening: Opening, number: int, starts_at: datetime, *, live: bool) -> None:
    session, now = room.session, room.now
    if now - starts_at > timedelta(seconds=LATE_S) and _nobody_since(
        session, room.meeting, opening, starts_at
    ):
        note(session, opening, number, Fate.WAIVED)
        owe_next_hour(session, opening, number + 1, now=now)
        return
    try:
        charge_hour(session, opening, number, lowest=lowest_balance(session, opening.tenant_id), now=now)
    except NotEnoughCredits as error:
        if live:
            room.append("billing.stopped", {"missing": error.missing}, audience="presenters")
            tell_stopped(session, room.meeting, opening, missing=error.missing, now=now)
            end_meeting(room)
        else:
            note(session, opening, number, Fate.WAIVED)
        return
    owe_next_hour(session, opening, number + 1, now=now)
    if live:
        tell_hour(room, opening, number)


def _nobody_since(session: Session, meeting: Meeting, opening: Opening, at: datetime) -> bool:
    found = opening_after(session, meeting_id=meeting.id, seq=opening.after_seq)
    return found is None or found.last_sign_at < at
