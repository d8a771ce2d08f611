"""What billing says where others speak: beside the planning form, and on the page of a meeting."""

from __future__ import annotations

from sqlalchemy.orm import Session

from palabre.toolkit import Account, Meeting, MeetingPlan, PlanCost, clock_of, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.debits.charging import free_hours_left
from palabre_billing.ledger import balance, own_account
from palabre_billing.prices import current_prices
from palabre_billing.statement import cost_of, in_words
from palabre_webui.toolkit import MeetingFact


def costs_of_plan(session: Session, organiser: Account, plan: MeetingPlan) -> list[PlanCost]:
    """Cost of an hour, cost of the expected duration, and what the organiser has."""
    prices = current_prices(session, organiser.tenant_id)
    hour = prices.room(plan.room_class.value)
    account = own_account(session, organiser.id)
    if hour == 0:
        lines = [PlanCost(_("Cost"), _("nothing"))]
    else:
        hours = max(1, -(-plan.duration_min // 60))
        lines = [
            PlanCost(_("Each started hour"), in_words(hour)),
            PlanCost(_("Expected duration"), in_words(hour * hours)),
        ]
        left = prices.free_hours
        if account is not None and prices.id is not None:
            left = free_hours_left(session, account.id, prices.id, at=clock_of(session).now())
        if left:
            said = ngettext("{num} hour is left this month", "{num} hours are left this month", left)
            lines.append(PlanCost(_("Free hours"), said.format(num=left)))
    has = balance(session, account.id) if account else 0
    return [*lines, PlanCost(_("You have"), in_words(has))]


def facts_of_meeting(session: Session, meeting: Meeting) -> list[MeetingFact]:
    """What the meeting has cost, once it has begun."""
    if meeting.organiser_id is None:
        return []
    account = own_account(session, meeting.organiser_id)
    if account is None:
        return []
    credits, hours = cost_of(session, account_id=account.id, meeting=meeting.public_id)
    if not hours:
        return []
    said = ngettext("{credits} for {num} started hour", "{credits} for {num} started hours", hours)
    return [MeetingFact(_("Cost"), said.format(credits=in_words(credits), num=hours), "/plugins/billing/")]
