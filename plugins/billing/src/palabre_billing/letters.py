"""Mails to who pays: few credits are left, they do not cover the next hour, a meeting was stopped for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from palabre.toolkit import (
    Account,
    Application,
    Letter,
    LetterKind,
    Mail,
    Meeting,
    ngettext,
    queue_mail,
    site_address,
)
from palabre.toolkit import gettext as _
from palabre_billing.debits.models import Opening


def tell_running_out(
    session: Session,
    meeting: Meeting,
    opening: Opening,
    *,
    minutes: int,
    hour: int,
    missing: int,
    now: datetime,
) -> None:
    """Owe the organiser a mail: the next hour is not covered."""
    _owe(
        session,
        meeting,
        kind="billing.running_out",
        key=f"billing.running_out:{opening.key}:{hour}:{minutes}",
        data={"minutes": minutes, "missing": missing},
        now=now,
    )


def tell_stopped(
    session: Session, meeting: Meeting, opening: Opening, *, missing: int, now: datetime
) -> None:
    """Owe the organiser a mail: the meeting was stopped."""
    _owe(
        session,
        meeting,
        kind="billing.stopped",
        key=f"billing.stopped:{opening.key}",
        data={"missing": missing},
        now=now,
    )


def write_running_out(_application: Application, session: Session, mail: Mail) -> Letter | None:
    """What the organiser reads before the credits run out."""
    meeting = session.get(Meeting, mail.meeting_id)
    if meeting is None:
        return None
    minutes = mail.data["minutes"]
    return Letter(
        subject=ngettext(
            "“{meeting}”: credits for {num} more minute",
            "“{meeting}”: credits for {num} more minutes",
            minutes,
        ).format(meeting=meeting.name, num=minutes),
        paragraphs=(
            _("Hello {name},").format(name=mail.name),
            _("Your meeting “{meeting}” begins its next hour soon, and your credits do not cover it.").format(
                meeting=meeting.name
            ),
            _missing(mail.data["missing"]),
        ),
        action=(_("Buy credits"), _shop(session, mail)),
    )


def write_stopped(_application: Application, session: Session, mail: Mail) -> Letter | None:
    """What the organiser reads when a meeting was stopped."""
    meeting = session.get(Meeting, mail.meeting_id)
    if meeting is None:
        return None
    return Letter(
        subject=_("“{meeting}” was stopped").format(meeting=meeting.name),
        paragraphs=(
            _("Hello {name},").format(name=mail.name),
            _(
                "Your meeting “{meeting}” was stopped, because your credits did not cover its next hour."
            ).format(meeting=meeting.name),
            _missing(mail.data["missing"]),
        ),
        action=(_("Buy credits"), _shop(session, mail)),
    )


def write_low(_application: Application, session: Session, mail: Mail) -> Letter:
    """What somebody reads whose balance fell below what they chose."""
    has = mail.data["balance"]
    return Letter(
        subject=ngettext("You have {num} credit left", "You have {num} credits left", has).format(num=has),
        paragraphs=(
            _("Hello {name},").format(name=mail.name),
            ngettext(
                "You have {num} credit left, fewer than the {below} at which you wanted to be told.",
                "You have {num} credits left, fewer than the {below} at which you wanted to be told.",
                has,
            ).format(num=has, below=mail.data["below"]),
        ),
        action=(_("Buy credits"), f"{site_address(session, mail.tenant_id)}/plugins/billing/buy"),
        notes=(
            _("You chose this mail on the page “Consumption”: {address}").format(
                address=f"{site_address(session, mail.tenant_id)}/plugins/billing/consumption"
            ),
        ),
    )


KINDS = [
    LetterKind("billing.low", write_low),
    LetterKind("billing.running_out", write_running_out),
    LetterKind("billing.stopped", write_stopped),
]


def _shop(session: Session, mail: Mail) -> str:
    return f"{site_address(session, mail.tenant_id)}/plugins/billing/buy?needed={mail.data['missing']}"


def _missing(missing: int) -> str:
    return ngettext("{num} credit is missing.", "{num} credits are missing.", missing).format(num=missing)


def _owe(
    session: Session, meeting: Meeting, *, kind: str, key: str, data: dict[str, int], now: datetime
) -> None:
    organiser = session.get(Account, meeting.organiser_id) if meeting.organiser_id else None
    if organiser is None:
        return
    queue_mail(
        session,
        key=key,
        kind=kind,
        email=organiser.email,
        name=organiser.name,
        language=organiser.language,
        tenant_id=meeting.tenant_id,
        now=now,
        meeting_id=meeting.id,
        account_id=organiser.id,
        data=dict(data),
    )
