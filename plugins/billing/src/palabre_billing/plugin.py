"""What the plugin contributes; the rules are in the packages beside it."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from palabre.toolkit import DutyKind, Feature, LetterKind, Meeting, hookimpl
from palabre.toolkit import gettext as _
from palabre_billing import cli
from palabre_billing import letters as mails
from palabre_billing.debits.duties import HOUR, WARN
from palabre_billing.debits.hours import do_hour
from palabre_billing.debits.opening import pay_for_start
from palabre_billing.debits.warnings import do_warning


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
def commands() -> list[click.Command]:
    """``palabre billing``."""
    return [cli.billing]


@hookimpl
def meeting_starting(session: Session, meeting: Meeting) -> None:
    """The first hour is paid, or the room stays closed."""
    pay_for_start(session, meeting)


@hookimpl
def duties() -> list[DutyKind]:
    """Each following hour, and the warnings before it."""
    return [DutyKind(HOUR, do_hour), DutyKind(WARN, do_warning)]


@hookimpl
def letters() -> list[LetterKind]:
    """Credits run out; a meeting was stopped."""
    return mails.KINDS
