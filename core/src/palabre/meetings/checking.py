"""Whether a plan can be carried out: every problem at once, each beside its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from palabre.calendar import check_repeat, resolve, starts, zone_of
from palabre.errors import Refused
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.mail import check_address, clean_line
from palabre.meetings.offers import checked, kinds, options
from palabre.meetings.plans import MeetingPlan
from palabre.plugins.host import PluginHost

LONGEST_NAME, LONGEST_TEXT = 200, 20_000
#: Longest expected duration, in minutes.
LONGEST_MIN = 24 * 60
#: Reminders may be so many minutes before the start.
REMINDER_MIN = (1, 240)
MOST_REMINDERS = 10
#: A start so long ago is still now, for a form shows whole minutes, in seconds.
NOW_S = 60.0
#: How far ahead a meeting can be planned, in days.
FURTHEST_DAYS = 5 * 366


class PlanRefused(Refused):
    """A plan that cannot be carried out as it is.

    :param found: for each field of the plan, code and sentence. The error's own code is the first of them.
    """

    def __init__(self, found: dict[str, tuple[str, str]]) -> None:
        first = next(iter(found.values()))
        super().__init__(first[0], " ".join(message for _code, message in found.values()))
        self.codes = {name: code for name, (code, _message) in found.items()}
        self.problems = {name: message for name, (_code, message) in found.items()}


def check_plan(
    plugins: PluginHost, plan: MeetingPlan, *, now: datetime, known: MeetingPlan | None = None
) -> MeetingPlan:
    """The plan as it is kept: names on one line, texts without control characters, options as plugins want them.

    :param known: what is planned already; a start that stays may be past.
    :raises PlanRefused: with every problem: ``bad_name``, ``unknown_kind``, ``text_too_long``, ``past_start``,
        ``far_start``, ``bad_start``, ``unknown_zone``, ``bad_duration``, ``bad_reminder``, ``bad_repeat``,
        ``bad_address``, ``bad_language``, ``unknown_option``, or what a plugin's check says.
    """
    plan = replace(
        plan,
        name=clean_line(plan.name, longest=LONGEST_NAME + 1),
        description=_clean_text(plan.description),
        words=_clean_text(plan.words),
        mail_before_min=tuple(sorted(set(plan.mail_before_min), reverse=True)),
    )
    found: dict[str, tuple[str, str]] = {}
    for name, problem in (
        *_words(plan, plugins),
        *_start(plan, known, now),
        *_duration_and_mails(plan),
        *_repeat(plan),
        *_guests(plan),
    ):
        found.setdefault(name, problem)
    kept: dict[str, dict[str, object]] = {}
    offered = {option.key: option for option in options(plugins)}
    for plugin, chosen in plan.options.items():
        for name, value in chosen.items():
            option = offered.get(f"{plugin}.{name}")
            field = f"option.{plugin}.{name}"
            try:
                if option is None:
                    raise Refused("unknown_option", _("This option is not offered any more."))
                kept.setdefault(plugin, {})[name] = checked(plugins, option, value)
            except Refused as refusal:
                found[field] = refusal.code, refusal.message
    if found:
        raise PlanRefused(found)
    return replace(plan, options=kept)


def times_of(plan: MeetingPlan) -> list[datetime]:
    """The moments at which it takes place, in UTC; none for a room that is always open.

    :raises Refused: ``unknown_zone``, ``bad_start``.
    """
    if plan.start is None:
        return []
    if plan.repeat is None:
        return [resolve(plan.start.local, plan.start.zone).utc]
    return starts(plan.start.local, plan.start.zone, plan.repeat)


def check_start(start: datetime, *, now: datetime) -> tuple[str, str] | None:
    """Code and sentence when nothing can start then; ``None`` when it can."""
    if start < now - timedelta(seconds=NOW_S):
        return "past_start", _("This moment is past. Choose one that is still to come.")
    if start > now + timedelta(days=FURTHEST_DAYS):
        return "far_start", _("This is more than five years ahead. Choose a day that is nearer.")
    return None


def check_duration(duration_min: int) -> tuple[str, str] | None:
    """Code and sentence when nothing can last so long; ``None`` when it can."""
    if 1 <= duration_min <= LONGEST_MIN:
        return None
    return "bad_duration", _("A meeting lasts between 1 minute and 24 hours.")


Problems = Iterator[tuple[str, tuple[str, str]]]


def _words(plan: MeetingPlan, plugins: PluginHost) -> Problems:
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in plan.name):
        yield "name", ("bad_name", _("Give the meeting a name."))
    elif len(plan.name) > LONGEST_NAME:
        yield (
            "name",
            ("bad_name", _("The name is too long: {limit} characters at most.").format(limit=LONGEST_NAME)),
        )
    if plan.kind not in {kind.name for kind in kinds(plugins)}:
        yield "kind", ("unknown_kind", _("Choose one of the kinds of meetings."))
    too_long = _("This text is too long: {limit} characters at most.").format(limit=LONGEST_TEXT)
    for name, text in (("description", plan.description), ("words", plan.words)):
        if len(text) > LONGEST_TEXT:
            yield name, ("text_too_long", too_long)


def _start(plan: MeetingPlan, known: MeetingPlan | None, now: datetime) -> Problems:
    planned = resolve(known.start.local, known.start.zone).utc if known and known.start else None
    if plan.start is None:
        if planned is not None:
            yield "start", ("bad_start", _("Choose the day and the time when it starts."))
        return
    try:
        start = resolve(plan.start.local, plan.start.zone).utc
    except Refused as refusal:
        yield "zone" if refusal.code == "unknown_zone" else "start", (refusal.code, refusal.message)
        return
    problem = check_start(start, now=now) if start != planned else None
    if problem is not None:
        yield "start", problem


def _duration_and_mails(plan: MeetingPlan) -> Problems:
    problem = check_duration(plan.duration_min)
    if problem is not None:
        yield "duration_min", problem
    shortest, longest = REMINDER_MIN
    if any(not shortest <= minutes <= longest for minutes in plan.mail_before_min):
        yield (
            "mail_before_min",
            ("bad_reminder", _("A reminder is sent between 1 minute and 4 hours before the start.")),
        )
    elif len(plan.mail_before_min) > MOST_REMINDERS:
        yield (
            "mail_before_min",
            ("bad_reminder", _("There can be at most {most} reminders.").format(most=MOST_REMINDERS)),
        )


def _repeat(plan: MeetingPlan) -> Problems:
    repeat = plan.repeat
    if repeat is None:
        return
    if plan.start is None:
        yield "repeat", ("bad_repeat", _("What repeats needs a first time."))
        return
    first = plan.start.local.date()
    weekdays = repeat.weekdays if repeat.every == "weekly" else ()
    if weekdays and first.weekday() not in weekdays:
        yield (
            "repeat_weekdays",
            ("bad_repeat", _("Choose the weekday of the first time too, or another first day.")),
        )
    try:
        check_repeat(repeat, first=first)
    except Refused as refusal:
        wrong = "until" if repeat.until is not None and repeat.count is None else "count"
        yield f"repeat_{wrong}", (refusal.code, refusal.message)


def _guests(plan: MeetingPlan) -> Problems:
    for guest in plan.guests:
        try:
            check_address(guest.email)
            if guest.time_zone is not None:
                zone_of(guest.time_zone)
        except Refused as refusal:
            yield "guests", (refusal.code, refusal.message)
            return
        if guest.language is not None and guest.language not in LANGUAGES:
            said = _("Mails cannot be written in {language}.").format(language=guest.language)
            yield "guests", ("bad_language", said)
            return


def _clean_text(text: str) -> str:
    """Text without what no database or mail takes: control characters except line ends and tabs, half characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()
