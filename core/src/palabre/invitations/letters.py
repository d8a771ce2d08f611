"""What the mails to guests say."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from palabre.calendar.invite import Method, calendar_file
from palabre.calendar.repeat import in_words, repeat_of
from palabre.calendar.times import when
from palabre.i18n import gettext as _
from palabre.i18n import ngettext
from palabre.invitations.description import plain_text
from palabre.invitations.occasion import Occasion, time_of
from palabre.mail import Attachment, Letter
from palabre.mail.message import named_value
from palabre.model import Role

#: Mails that a calendar understands, and how.
_METHODS: dict[str, Method] = {"invitation": "REQUEST", "update": "REQUEST", "cancellation": "CANCEL"}

GuestMail = Literal["invitation", "update", "reminder", "start", "cancellation"]


def guest_letter(kind: GuestMail, about: Occasion, *, now: datetime) -> Letter:
    """The letter to a guest, in the language of the moment, still without calendar file."""
    meeting = about.meeting
    subject, opening = _opening(kind, about, now)
    if kind == "cancellation":
        return Letter(subject, opening, details=_times(about), reply_to=_organisers_address(about))
    if kind in ("reminder", "start"):
        return Letter(
            subject,
            opening,
            action=(_("Join the meeting"), about.link),
            details=_times(about),
            notes=_notes(about),
            reply_to=_organisers_address(about),
        )
    said = meeting.words.strip()
    words = (_("{person}: “{words}”").format(person=about.invites, words=said),) if said else ()
    described = plain_text(meeting.description)
    return Letter(
        subject,
        (*opening, *words, *((described,) if described else ())),
        action=(_("Join the meeting"), about.link),
        details=_details(about),
        notes=_notes(about),
        reply_to=_organisers_address(about),
    )


def calendar_parts(
    kind: GuestMail, about: Occasion, letter: Letter, *, now: datetime
) -> tuple[Attachment, ...]:
    """The calendar file of a mail: among the alternatives for Gmail, Outlook and Apple, and attached for the others."""
    method = _METHODS.get(kind)
    if method is None:
        return ()
    content = invite_file(about, letter, method=method, now=now)
    if content is None:
        return ()
    typed = f"text/calendar; charset=utf-8; method={method}"
    return (
        Attachment("invite.ics", typed, content, is_alternative=True),
        Attachment("invite.ics", f"application/ics; method={method}", content),
    )


def invite_file(about: Occasion, letter: Letter, *, method: Method, now: datetime) -> bytes | None:
    """The meeting as a calendar file; ``None`` where it has no time."""
    entry = about.entry(_described(letter), now=now)
    if entry is None:
        return None
    only = time_of(about.occurrence) if about.occurrence else None
    return calendar_file(entry, method=method, only=only)


def _opening(kind: GuestMail, about: Occasion, now: datetime) -> tuple[str, tuple[str, ...]]:
    names = {"organiser": about.invites, "meeting": about.meeting.name}
    hello = _("Hello {name},").format(name=about.invitee.name) if about.invitee.name else _("Hello,")
    if kind == "invitation":
        subject, said = _("Invitation: {meeting}"), _("{organiser} invites you to the meeting “{meeting}”.")
    elif kind == "update":
        subject, said = (
            _("Changed: {meeting}"),
            _("{organiser} has changed the meeting “{meeting}”. This is how it is planned now."),
        )
    elif kind == "cancellation" and about.invitee.removed_at is not None:
        subject, said = (
            _("You are no longer invited: {meeting}"),
            _(
                "{organiser} has taken you off the guest list of the meeting “{meeting}”. Your link is no longer valid."
            ),
        )
    elif kind == "cancellation":
        subject, said = (
            _("Cancelled: {meeting}"),
            _("{organiser} has cancelled the meeting “{meeting}”. It does not take place."),
        )
    else:
        subject, said = _soon(about, now)
    return subject.format(**names), (hello, said.format(**names))


def _soon(about: Occasion, now: datetime) -> tuple[str, str]:
    """How long it still is; mail may be late."""
    left_s = (about.starts_at - now).total_seconds() if about.starts_at else 0.0
    minutes = round(left_s / 60)
    if minutes < 1:
        return _("{meeting} starts now"), _("The meeting “{meeting}” starts now.")
    if minutes % 60 == 0:
        length = ngettext("%(num)s hour", "%(num)s hours", minutes // 60) % {"num": minutes // 60}
    else:
        length = ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    return (
        _("{meeting} starts in {length}").replace("{length}", length),
        _("The meeting “{meeting}” starts in {length}.").replace("{length}", length),
    )


def _details(about: Occasion) -> tuple[tuple[str, str], ...]:
    more: list[tuple[str, str]] = []
    meeting = about.meeting
    if about.starts_at is not None:
        more.append((_("Duration"), duration(about.duration_min)))
    if meeting.repeat_rule and about.occurrence is None:
        repeat = repeat_of(meeting.repeat_rule, zone=meeting.time_zone)
        more.append((_("Repeats"), in_words(repeat, about.language, with_end=True)))
    more.append((_("Organiser"), about.invites))
    if about.invitee.role is Role.PRESENTER:
        more.append((_("Your role"), _("presenter")))
    return (*_times(about), *more)


def _times(about: Occasion) -> tuple[tuple[str, str], ...]:
    at = about.starts_at
    if at is None:
        return ()
    return ((_("When"), "\n".join(when(at, zone, about.language) for zone in about.zones)),)


def _notes(about: Occasion) -> tuple[str, ...]:
    return (
        _("The link is yours alone: whoever uses it comes in under your name."),
        _("Try your camera, microphone and loudspeaker beforehand: {address}").format(
            address=f"{about.site}/equipment"
        ),
    )


def _organisers_address(about: Occasion) -> str | None:
    return about.organiser.email if about.organiser else None


def _described(letter: Letter) -> str:
    """What stands in the calendar: the letter without greeting and times."""
    details = [named_value(name, value) for name, value in letter.details if "\n" not in value]
    joining = [named_value(*letter.action)] if letter.action else []
    return "\n\n".join(part for part in (*letter.paragraphs[2:], "\n".join(details), *joining) if part)


def duration(minutes: int) -> str:
    """So many minutes as people say it: *45 minutes*, *1 hour*, *1 h 30 min*."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return _("{hours} h {minutes:02d} min").format(hours=hours, minutes=rest)
    if hours:
        return ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours}
    return ngettext("%(num)s minute", "%(num)s minutes", rest) % {"num": rest}
