"""Before the credits run out: presenters are told in the room, the organiser by mail."""

from __future__ import annotations

from palabre.toolkit import Application, Duty, finish, in_room
from palabre_billing.debits.charging import free_hours_left, hour_start, is_charged
from palabre_billing.debits.duties import owe_warning
from palabre_billing.debits.hours import is_live
from palabre_billing.debits.models import Opening
from palabre_billing.ledger import balance
from palabre_billing.letters import tell_running_out
from palabre_billing.prices.terms import lowest_balance


def do_warning(application: Application, duty: Duty) -> None:
    """Warn when the balance does not cover the next hour. Once it does again, nothing is said."""
    assert duty.meeting_id is not None  # a duty goes away with its meeting
    with in_room(application, duty.meeting_id, plugin="billing") as room:
        session, now = room.session, room.now
        if not finish(session, duty, now=now):
            return
        opening = session.get_one(Opening, duty.data["opening"])
        number, minutes = duty.data["hour"], duty.data["minutes"]
        starts_at = hour_start(opening, number)
        if now >= starts_at or is_charged(session, opening, number):
            return
        if not is_live(session, room.meeting, opening):
            return
        owe_warning(session, opening, number, now=now)
        if free_hours_left(session, opening.payer_id, opening.price_list_id, at=starts_at):
            return
        has = balance(session, opening.payer_id)
        missing = lowest_balance(session, opening.tenant_id) + opening.credits - has
        if missing <= 0:
            return
        data = {"minutes": minutes, "missing": missing, "balance": has, "ends_at": starts_at.isoformat()}
        room.append("billing.running_out", data, audience="presenters")
        tell_running_out(
            session, room.meeting, opening, minutes=minutes, hour=number, missing=missing, now=now
        )
