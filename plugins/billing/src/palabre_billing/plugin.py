"""What the plugin contributes; the rules are in the packages beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from palabre.toolkit import (
    Account,
    Application,
    DutyKind,
    Feature,
    Finding,
    LetterKind,
    Meeting,
    MeetingPlan,
    PlanCost,
    Refused,
    Section,
    Slice,
    Usage,
    hookimpl,
)
from palabre.toolkit import gettext as _
from palabre_billing import cli, invoices, offers, payments, referral
from palabre_billing import letters as mails
from palabre_billing.consumption import watch_balance
from palabre_billing.debits.duties import HOUR, WARN
from palabre_billing.debits.hours import do_hour
from palabre_billing.debits.opening import pay_for_start
from palabre_billing.debits.telling import SLICE, TELL, do_tell, owe_telling_of_credits
from palabre_billing.debits.uses import pay_for_use
from palabre_billing.debits.warnings import do_warning
from palabre_billing.invoices import do_after_payment, pdf_maker
from palabre_billing.ledger import balance, own_account, watch
from palabre_billing.payments import CHECK, Card, Cheque, PaymentMethod, PayPal, Transfer, do_check
from palabre_billing.section import BillingSection
from palabre_billing.shop import AFTER_PAYMENT
from palabre_billing.statement import in_words
from palabre_webui.toolkit import MeetingFact, MenuItem, RoomModule

if TYPE_CHECKING:
    from flask import Blueprint


watch(owe_telling_of_credits)
watch(watch_balance)


@hookimpl
def feature() -> Feature:
    """The feature as tenants see it: off until the operator switches it on, because then meetings cost something."""
    return Feature(
        name="billing",
        title=_("Billing"),
        description=_("Meetings are paid with credits, by the started hour."),
        level="tenant",
        default=False,
        restricted=True,
        api_version=1,
    )


@hookimpl
def settings() -> type[Section]:
    """Where providers are reached."""
    return BillingSection


@hookimpl
def examinations(application: Application) -> list[Finding]:
    """Whether invoices can be made as PDF."""
    make = pdf_maker()
    if isinstance(make, str):
        wanted = "apt install libpangoft2-1.0-0 libharfbuzz-subset0"
        return [Finding("invoices", "warning", f"they are sent as HTML: install Pango ({wanted}). {make}")]
    return [Finding("invoices", "ok", "PDF")]


@hookimpl
def commands() -> list[click.Command]:
    """``palabre billing``."""
    return [cli.billing]


@hookimpl
def meeting_starting(session: Session, meeting: Meeting) -> None:
    """The first hour is paid, or the room stays closed."""
    pay_for_start(session, meeting)


@hookimpl
def usage_starting(session: Session, meeting: Meeting, usage: Usage) -> None:
    """What other plugins declare is paid as it begins, or does not begin."""
    pay_for_use(session, meeting, usage)


@hookimpl
def duties() -> list[DutyKind]:
    """Each following hour, the warnings before it, payments that are looked after, and what follows them."""
    return [
        DutyKind(HOUR, do_hour, at_once=50),
        DutyKind(WARN, do_warning, at_once=50),
        DutyKind(TELL, do_tell, at_once=50),
        DutyKind(CHECK, do_check),
        DutyKind(AFTER_PAYMENT, do_after_payment),
    ]


@hookimpl
def letters() -> list[LetterKind]:
    """Credits run out; a meeting was stopped; how to pay; invoices."""
    return [*mails.KINDS, *payments.LETTERS, *invoices.LETTERS, *referral.LETTERS]


@hookimpl
def payment_methods() -> list[PaymentMethod]:
    """Card, PayPal, bank transfer and cheque."""
    return [Card(), PayPal(), Transfer(), Cheque()]


@hookimpl
def plan_costs(session: Session, organiser: Account, plan: MeetingPlan) -> list[PlanCost]:
    """Cost of the plan and what the organiser has."""
    return offers.costs_of_plan(session, organiser, plan)


@hookimpl
def meeting_facts(session: Session, meeting: Meeting) -> list[MeetingFact]:
    """What the meeting has cost."""
    return offers.facts_of_meeting(session, meeting)


@hookimpl
def menu_items() -> list[MenuItem]:
    """The page of credits."""
    return [MenuItem(_("Billing"), "/plugins/billing/", order=30)]


@hookimpl
def blueprints() -> list[Blueprint]:
    """Balance, movements, prices."""
    from palabre_billing.views import make_pages  # the other processes need no Flask

    return [make_pages()]


@hookimpl
def room_slice() -> Slice:
    """What presenters see of the hour that runs."""
    return SLICE


@hookimpl
def room_modules() -> list[RoomModule]:
    """Presenters are told in the room."""
    return [RoomModule("billing.js", api_version=1)]


@hookimpl
def account_registered(account: Account) -> None:
    """By whose link somebody came."""
    from palabre_billing.referral.pages import note_who_came  # the other processes need no Flask

    note_who_came(account)


@hookimpl
def account_closing(session: Session, account: Account) -> None:
    """Credits, and debts, do not disappear with an account."""
    theirs = own_account(session, account.id)
    left = balance(session, theirs.id) if theirs else 0
    if left:
        raise Refused(
            "balance_stands",
            _(
                "There are {credits} on your account. Ask whoever runs this site to settle it before you close it."
            ).format(credits=in_words(left)),
        )
