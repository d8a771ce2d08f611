"""What the pages of meetings say of a meeting, a mail, a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from palabre.calendar import LocalStart, Repeat, in_words, repeat_of, resolve
from palabre.i18n import current_language, ngettext
from palabre.i18n import gettext as _
from palabre.meetings import Difference, MeetingLine
from palabre.model import Mail, MailState, Microphones
from palabre_webui.site.wording import lasted, minutes_before, moment, whole_moment, zone_words


def facts(line: MeetingLine) -> str:
    """What the list says of a meeting besides name and time: *Class M · 12 invited · public*."""
    meeting = line.meeting
    said = [_("Class %(name)s") % {"name": meeting.room_class.value}]
    if line.invited:
        said.append(ngettext("%(num)s invited", "%(num)s invited", line.invited) % {"num": line.invited})
    if meeting.is_public:
        said.append(_("public"))
    return " · ".join(said)


def repeats(rule: str) -> str:
    """A rule of repetition in words."""
    return in_words(repeat_of(rule, zone="UTC"), current_language())


def mail_words(mail: Mail) -> str:
    """What became of a mail: *invitation sent yesterday 09:30*."""
    kinds = {
        "invitation": _("invitation"),
        "update": _("change"),
        "cancellation": _("cancellation"),
        "reminder": _("reminder"),
        "start": _("mail at the start"),
    }
    kind = kinds.get(mail.kind, _("mail"))
    if mail.state is MailState.SENT and mail.sent_at is not None:
        return _("%(mail)s sent %(when)s") % {"mail": kind, "when": moment(mail.sent_at)}
    if mail.state is MailState.FAILED:
        return _("%(mail)s could not be sent") % {"mail": kind}
    if mail.state is MailState.WITHDRAWN:
        return _("%(mail)s not sent, no longer needed") % {"mail": kind}
    if mail.problem:
        return _("%(mail)s waits for the mail server") % {"mail": kind}
    return _("%(mail)s on its way") % {"mail": kind}


def difference_words(one: Difference) -> tuple[str, str, str]:
    """A difference as a row of a table: what, before, after."""
    names = {
        "name": _("Name"),
        "kind": _("Kind"),
        "description": _("Description"),
        "start": _("Starts"),
        "duration_min": _("Expected duration"),
        "room_class": _("Size"),
        "wait_for_presenter": _("Guests wait for a presenter"),
        "early_entry": _("Presenters may open it before its start"),
        "microphones": _("Microphones"),
        "is_public": _("Public link"),
        "options": _("Options"),
        "words": _("Your words in the invitation"),
        "mail_on_planning": _("Mail as soon as it is planned"),
        "mail_before_min": _("Reminders"),
        "mail_at_start": _("Mail when it starts"),
        "repeat": _("Repeat"),
        "guests": _("People"),
    }
    return names[one.field], _value(one.field, one.old), _value(one.field, one.new)


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    say = _SAID.get(field)
    return say(value) if say else str(value)


def _start(value: LocalStart | None) -> str:
    if value is None:
        return _("always open")
    at = resolve(value.local, value.zone).utc
    return f"{whole_moment(at, value.zone)}, {zone_words(value.zone, at)}"


def _repeat(value: Repeat | None) -> str:
    return in_words(value, current_language(), with_end=True) if value else _("takes place once")


def _microphones(value: Microphones | None) -> str:
    return _("only with the floor") if value is Microphones.FLOOR else _("free")


def _people(value: tuple[Any, ...]) -> str:
    return ngettext("%(num)s person", "%(num)s people", len(value)) % {"num": len(value)}


_SAID: dict[str, Callable[[Any], str]] = {
    "duration_min": lambda value: lasted(value * 60),
    "guests": _people,
    "mail_before_min": lambda value: ", ".join(minutes_before(minutes) for minutes in value),
    "microphones": _microphones,
    "options": lambda value: ", ".join(
        f"{name}: {kept}" for chosen in value.values() for name, kept in chosen.items()
    ),
    "repeat": _repeat,
    "room_class": lambda value: str(value.value),
    "start": _start,
}

FILTERS: dict[str, Callable[[Any], str]] = {"facts": facts, "mail_words": mail_words, "repeats": repeats}
