"""Writing the mails to the organiser of a meeting."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.calendar.repeat import in_words, repeat_of
from palabre.calendar.times import when
from palabre.i18n import gettext as _
from palabre.i18n import ngettext
from palabre.invitations.letters import duration
from palabre.invitations.lists import personal_address
from palabre.mail import Letter
from palabre.model import Account, Invitee, JoinLink, LinkKind, Mail, Meeting, MeetingState
from palabre.worker.mailing import site, writes


@writes("summary")
def summary(application: Application, session: Session, mail: Mail) -> Letter | None:
    """After somebody has planned a meeting."""
    meeting = session.get(Meeting, mail.meeting_id)
    organiser = session.get(Account, mail.account_id)
    if meeting is None or organiser is None or meeting.state is MeetingState.CANCELLED:
        return None
    address = site(application)
    guests = (
        session.scalar(
            select(func.count()).where(Invitee.meeting_id == meeting.id, Invitee.removed_at.is_(None))
        )
        or 0
    )
    details = [*_times(meeting, organiser, mail.language)]
    details.append((_("Guests"), ngettext("%(num)s guest", "%(num)s guests", guests) % {"num": guests}))
    details.append((_("Invitations"), _moments(meeting)))
    if meeting.is_public and (link := _public_link(session, meeting)) is not None:
        details.append((_("Public link"), personal_address(application.secret, link, site=address)))
    return Letter(
        _("Planned: {meeting}").format(meeting=meeting.name),
        (
            _("Hello {name},").format(name=organiser.name),
            _("Your meeting “{meeting}” is planned.").format(meeting=meeting.name),
        ),
        action=(_("See the meeting"), f"{address}/meetings/{meeting.public_id}"),
        details=tuple(details),
    )


@writes("start_refused")
def start_refused(application: Application, session: Session, mail: Mail) -> Letter | None:
    """When a meeting could not start by itself."""
    meeting = session.get(Meeting, mail.meeting_id)
    organiser = session.get(Account, mail.account_id)
    if meeting is None or organiser is None or meeting.start_refused is None:
        return None
    address = site(application)
    return Letter(
        _("{meeting} could not start").format(meeting=meeting.name),
        (
            _("Hello {name},").format(name=organiser.name),
            _("Your meeting “{meeting}” could not start by itself:").format(meeting=meeting.name),
            meeting.start_refused,
        ),
        action=(_("See the meeting"), f"{address}/meetings/{meeting.public_id}"),
        details=_times(meeting, organiser, mail.language),
    )


def _times(meeting: Meeting, organiser: Account, language: str) -> tuple[tuple[str, str], ...]:
    if meeting.starts_at is None:
        return ()
    zones = dict.fromkeys((meeting.time_zone, organiser.time_zone))
    told = dict.fromkeys(when(meeting.starts_at, zone, language) for zone in zones)
    details = [(_("When"), "\n".join(told)), (_("Duration"), duration(meeting.duration_min))]
    if meeting.repeat_rule:
        repeat = repeat_of(meeting.repeat_rule, zone=meeting.time_zone)
        details.append((_("Repeats"), in_words(repeat, language, with_end=True)))
    return tuple(details)


def _moments(meeting: Meeting) -> str:
    """When guests are mailed."""
    moments = [_("when it is planned")] if meeting.mail_on_planning else []
    moments += [
        _("{length} before the start").format(length=duration(minutes))
        for minutes in sorted(meeting.mail_before_min, reverse=True)
    ]
    if meeting.mail_at_start:
        moments.append(_("when it starts"))
    return "\n".join(moments) or _("none")


def _public_link(session: Session, meeting: Meeting) -> JoinLink | None:
    return session.scalar(
        select(JoinLink)
        .where(
            JoinLink.meeting_id == meeting.id,
            JoinLink.kind == LinkKind.PUBLIC,
            JoinLink.revoked_at.is_(None),
        )
        .order_by(JoinLink.id.desc())
        .limit(1)
    )
