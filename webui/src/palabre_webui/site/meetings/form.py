"""The planning form: as it was typed, and the plan that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, get_args

from werkzeug.datastructures import MultiDict

from palabre.calendar import Every, LocalStart, Repeat, check_repeat, resolve
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.invitations import Guest, GuestLines, guests_as_text, join_lists, read_guests
from palabre.meetings import MeetingPlan
from palabre.model import Microphones, RoomClass

#: Longest guest list that is read, in characters.
LONGEST_GUESTS = 1_000_000
#: Longest values of the small fields. Texts are kept whole, so that what is too long is said and nothing is lost.
_LONGEST = 20_000
_TEXTS = ("description", "guests", "words")
#: Durations that are offered, in minutes; any other may be typed where the meeting has it already.
DURATIONS_MIN = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480)
#: Reminders that are offered as boxes, in minutes before the start.
REMINDERS_MIN = (5, 15, 30, 60, 240)


@dataclass(frozen=True)
class PlanForm:
    """The fields as somebody typed them, valid or not; what a draft keeps.

    :param start: as ``datetime-local`` writes it, ``2026-12-12T14:00``.
    :param fold: ``1`` for the second of two times that the clocks show when they are put back.
    :param guests: one guest a line.
    :param options: fields of plugins, ``<plugin>.<option>`` to what was typed.
    """

    name: str = ""
    kind: str = "web"
    description: str = ""
    start: str = ""
    zone: str = "UTC"
    fold: str = ""
    duration_min: str = "60"
    room_class: str = "S"
    guests: str = ""
    is_public: str = ""
    wait_for_presenter: str = ""
    early_entry: str = "on"
    microphones: str = ""
    mail_on_planning: str = "on"
    mail_before_min: tuple[str, ...] = ()
    mail_before_other: str = ""
    mail_at_start: str = ""
    words: str = ""
    repeat: str = ""
    repeat_interval: str = "1"
    repeat_weekdays: tuple[str, ...] = ()
    repeat_end: str = "count"
    repeat_count: str = "10"
    repeat_until: str = ""
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_request(cls, typed: MultiDict[str, str]) -> PlanForm:
        """What a browser sent. A box that is not ticked is not sent at all."""
        values: dict[str, Any] = {}
        for one in fields(cls):
            if one.name in ("mail_before_min", "repeat_weekdays"):
                values[one.name] = tuple(value[:20] for value in typed.getlist(one.name)[:50])
            elif one.name != "options":
                value = _plain(typed.get(one.name, ""))
                values[one.name] = value if one.name in _TEXTS else value[:_LONGEST]
        prefix = "option."
        values["options"] = {
            name.removeprefix(prefix)[:120]: _plain(value)[:_LONGEST]
            for name, value in list(typed.items())[:300]
            if name.startswith(prefix)
        }
        return cls(**values)

    @classmethod
    def of_draft(cls, kept: Mapping[str, Any]) -> PlanForm:
        """What a draft kept, by this version of the form or another."""
        known = {one.name: one.default for one in fields(cls)}
        values = {name: value for name, value in kept.items() if name in known}
        for name in ("mail_before_min", "repeat_weekdays"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    @classmethod
    def of_plan(cls, plan: MeetingPlan) -> PlanForm:
        """The form with a plan in it."""
        repeat = plan.repeat
        boxes = tuple(str(value) for value in plan.mail_before_min if value in REMINDERS_MIN)
        others = [str(value) for value in plan.mail_before_min if value not in REMINDERS_MIN]
        return cls(
            name=plan.name,
            kind=plan.kind,
            description=plan.description,
            start=plan.start.local.strftime("%Y-%m-%dT%H:%M") if plan.start else "",
            zone=plan.start.zone if plan.start else "UTC",
            fold=_box(bool(plan.start and plan.start.local.fold)) and "1",
            duration_min=str(plan.duration_min),
            room_class=plan.room_class.value,
            guests=guests_as_text(plan.guests),
            is_public=_box(plan.is_public),
            wait_for_presenter=_box(plan.wait_for_presenter),
            early_entry=_box(plan.early_entry),
            microphones=plan.microphones.value if plan.microphones else "",
            mail_on_planning=_box(plan.mail_on_planning),
            mail_before_min=boxes,
            mail_before_other=", ".join(others),
            mail_at_start=_box(plan.mail_at_start),
            words=plan.words,
            repeat=repeat.every if repeat else "",
            repeat_interval=str(repeat.interval) if repeat else "1",
            repeat_weekdays=tuple(str(day) for day in repeat.weekdays) if repeat else (),
            repeat_end="until" if repeat and repeat.until else "count",
            repeat_count=str(repeat.count) if repeat and repeat.count else "10",
            repeat_until=repeat.until.isoformat() if repeat and repeat.until else "",
            options={
                f"{plugin}.{name}": _box(value) if isinstance(value, bool) else str(value)
                for plugin, chosen in plan.options.items()
                for name, value in chosen.items()
            },
        )

    def with_people(self, *lists: str) -> PlanForm:
        """The form with more lists of people on its own."""
        texts = [self.guests, *(_plain(one) for one in lists)]
        if sum(map(len, texts)) > LONGEST_GUESTS:  # it comes back whole, unread
            return replace(self, guests="\n".join(text for text in texts if text.strip()))
        return replace(self, guests=join_lists(*texts))

    def as_fields(self) -> list[tuple[str, str]]:
        """The form as a browser would send it: pairs of name and value."""
        found: list[tuple[str, str]] = []
        for name, value in asdict(self).items():
            if name == "options":
                found += [(f"option.{key}", typed) for key, typed in value.items() if typed]
            elif isinstance(value, tuple):
                found += [(name, one) for one in value]
            elif value:
                found.append((name, value))
        return found

    def as_draft(self) -> dict[str, Any]:
        """What a draft keeps of it."""
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """What a form means.

    :param plan: ``None`` when a field keeps it from being planned.
    :param problems: a sentence for each field that has to be changed.
    :param guests: the lines of the guest list that could be read, and those that could not.
    :param sketch: what decides the price, as soon as it is chosen: size, duration, options.
    """

    plan: MeetingPlan | None
    problems: dict[str, str]
    guests: GuestLines
    sketch: MeetingPlan | None = None


def _sketch(
    form: PlanForm, duration: int | None, room_class: str, options: dict[str, dict[str, Any]]
) -> MeetingPlan | None:
    if duration is None or not room_class:
        return None
    return MeetingPlan(
        name=form.name.strip(),
        kind=form.kind,
        duration_min=duration,
        room_class=RoomClass(room_class),
        options=options,
    )


def read_form(form: PlanForm, *, options: Mapping[str, Mapping[str, Any]] | None = None) -> Reading:
    """What a form means; nothing is looked up or written.

    :param options: the plugins' options as they were checked.
    """
    problems: dict[str, str] = {}
    guests, too_long = read_list(form.guests)
    if too_long:
        problems["guests"] = too_long
    elif guests.problems:
        problems["guests"] = _(
            "Some lines could not be read as a guest. They are marked; the others are kept."
        )
    if not form.name.strip():
        problems["name"] = _("Give the meeting a name.")
    start = _start(form, problems)
    duration = _number(form.duration_min, 1, 24 * 60)
    if duration is None:
        problems["duration_min"] = _("Choose how long it will last.")
    before = _reminders(form, problems)
    repeat = _repeat(form, start, problems)
    room_class = form.room_class if form.room_class in RoomClass.__members__ else ""
    if not room_class:
        problems["room_class"] = _("Choose one of the sizes.")
    chosen = {plugin: dict(values) for plugin, values in (options or {}).items()}
    if problems.keys() - {"guests"}:
        return Reading(None, problems, guests, _sketch(form, duration, room_class, chosen))
    plan = MeetingPlan(
        name=form.name.strip(),
        kind=form.kind,
        description=form.description.strip(),
        start=start,
        duration_min=duration or 60,
        room_class=RoomClass(room_class),
        wait_for_presenter=bool(form.wait_for_presenter),
        early_entry=bool(form.early_entry),
        microphones=Microphones(form.microphones) if form.microphones in ("free", "floor") else None,
        is_public=bool(form.is_public),
        options=chosen,
        words=form.words.strip(),
        mail_on_planning=bool(form.mail_on_planning),
        mail_before_min=before,
        mail_at_start=bool(form.mail_at_start),
        repeat=repeat,
        guests=_without_doubles(guests.guests),
    )
    return Reading(plan, problems, guests)


def read_list(text: str) -> tuple[GuestLines, str | None]:
    """The guests of a list that was typed; a sentence instead where it is too long to be read."""
    if len(text) > LONGEST_GUESTS:
        said = _(
            "This list is too long: {limit} characters at most. Take some people out, and add them later."
        )
        return GuestLines((), ()), said.format(limit=LONGEST_GUESTS)
    return read_guests(text), None


def _start(form: PlanForm, problems: dict[str, str]) -> LocalStart | None:
    try:
        local = datetime.fromisoformat(form.start)
    except ValueError:
        problems["start"] = _("Choose the day and the time when it starts.")
        return None
    fold = 1 if form.fold == "1" else 0
    local = local.replace(tzinfo=None, second=0, microsecond=0, fold=fold)
    try:
        resolve(local, form.zone)
    except Refused as refusal:
        problems["zone" if refusal.code == "unknown_zone" else "start"] = refusal.message
        return None
    return LocalStart(local, form.zone)


def _reminders(form: PlanForm, problems: dict[str, str]) -> tuple[int, ...]:
    typed = [*form.mail_before_min, *form.mail_before_other.replace(";", ",").split(",")]
    found = set()
    for value in typed:
        if not value.strip():
            continue
        minutes = _number(value, 1, 240)
        if minutes is None:
            problems["mail_before_min"] = _("A reminder goes out 1 to 240 minutes before the start.")
        else:
            found.add(minutes)
    return tuple(sorted(found, reverse=True))


def _repeat(form: PlanForm, start: LocalStart | None, problems: dict[str, str]) -> Repeat | None:
    every = next((known for known in get_args(Every) if known == form.repeat), None)
    if every is None:
        return None
    interval = _number(form.repeat_interval, 1, 99)
    if interval is None:
        problems["repeat_interval"] = _("Write a number from 1 to 99.")
    weekdays = tuple(sorted({int(day) for day in form.repeat_weekdays if day in set("0123456")}))
    count, until = None, None
    if form.repeat_end == "until":
        try:
            until = date.fromisoformat(form.repeat_until)
        except ValueError:
            problems["repeat_until"] = _("Choose the last day on which it may take place.")
    else:
        count = _number(form.repeat_count, 1, 400)
        if count is None:
            problems["repeat_count"] = _("It can take place 1 to 400 times.")
    if problems.keys() & {"repeat_interval", "repeat_until", "repeat_count"}:
        return None
    repeat = Repeat(
        every=every,
        interval=interval or 1,
        weekdays=weekdays if every == "weekly" else (),
        count=count,
        until=until,
    )
    if start is not None:
        try:
            check_repeat(repeat, first=start.local.date())
        except Refused as refusal:
            problems["repeat_until" if until else "repeat_count"] = refusal.message
    return repeat


def _number(typed: str, least: int, most: int) -> int | None:
    typed = typed.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        return None
    return int(typed) if least <= int(typed) <= most else None


def _without_doubles(guests: tuple[Guest, ...]) -> tuple[Guest, ...]:
    return tuple({guest.email: guest for guest in guests}.values())


def _plain(typed: str) -> str:
    return typed.replace("\0", "").replace("\r\n", "\n")


def _box(is_ticked: bool) -> str:
    return "on" if is_ticked else ""
