"""Writing the mails to the guests of a meeting, and owing them to everybody when their moment comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.duties import finish
from palabre.hookspecs import invitations as hooks
from palabre.invitations.audience import fan_out
from palabre.invitations.gathering import House, occasion_of
from palabre.invitations.letters import GuestMail, calendar_parts, guest_letter
from palabre.invitations.mails import GUEST_MAIL, TIMED_GUEST_MAIL
from palabre.invitations.occasion import Occasion
from palabre.mail import Letter
from palabre.model import Duty, Mail, Meeting, MeetingState
from palabre.tenants.scope import current_tenant
from palabre.worker.duties import HANDLERS
from palabre.worker.mailing import site, writes


@writes("invitation", "update", "reminder", "start", "cancellation")
def guest_mail(application: Application, session: Session, mail: Mail) -> Letter | None:
    """To a guest of a meeting, as it is planned at this moment."""
    if mail.invitee_id is None:
        return None
    tenant = current_tenant()
    house = House(
        application.secret,
        site(application),
        tenant.name if tenant else "",
        application.settings.mail,
    )
    about = occasion_of(
        session,
        house,
        invitee_id=mail.invitee_id,
        language=mail.language,
        occurrence_id=mail.data.get("occurrence"),
        inviter=mail.data.get("organiser"),
    )
    kind, now = cast("GuestMail", mail.kind), application.clock.now()
    if about is None:
        return None
    if kind == "cancellation":
        if not _is_off(about):
            return None
        letter = guest_letter(kind, about, now=now)
    elif about.invitee.removed_at is not None or about.is_over(now):
        return None
    else:
        letter = application.plugins.filter(
            hooks.compose_invitation,
            guest_letter(kind, about, now=now),
            invitee=about.invitee,
            meeting=about.meeting,
        )
    return replace(letter, attachments=(*letter.attachments, *calendar_parts(kind, about, letter, now=now)))


def _is_off(about: Occasion) -> bool:
    """Whether the guest is still not to come: a list may have been put back since."""
    of = about.occurrence or about.meeting
    return about.invitee.removed_at is not None or of.state is MeetingState.CANCELLED


def owe_guest_mail(application: Application, duty: Duty) -> None:
    """Owe a mail to everybody it concerns, batch by batch; what was owed before a kill is not owed again."""
    order = dict(duty.data)
    while order["after"] is not None:
        now = application.clock.now()
        with application.db.transaction() as session:
            meeting = session.get(Meeting, duty.meeting_id)
            if meeting is None:
                return
            order["after"] = fan_out(session, meeting=meeting, order=order, owed_as=duty.key, now=now)
            if order["after"] is None:
                _close(session, duty, now=now)


def _close(session: Session, duty: Duty, *, now: datetime) -> None:
    """All mails are owed; the order may name somebody whose account is closed, and nobody needs it any more."""
    if finish(session, duty, now=now):
        session.get_one(Duty, duty.id).data = {}


HANDLERS[GUEST_MAIL] = HANDLERS[TIMED_GUEST_MAIL] = owe_guest_mail
