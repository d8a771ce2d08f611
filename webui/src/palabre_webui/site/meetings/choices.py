"""What a planning form offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import get_day_names

from palabre.calendar import resolve
from palabre.calendar.times import zones
from palabre.errors import Refused
from palabre.i18n import LANGUAGES, current_language
from palabre.i18n import gettext as _
from palabre.meetings import MeetingOption, kinds, options, plan_costs, prices
from palabre.meetings import read_options as read_offered_options
from palabre.model import RoomClass
from palabre_webui.context import web
from palabre_webui.languages import LANGUAGE_NAMES
from palabre_webui.site.meetings.form import DURATIONS_MIN, REMINDERS_MIN, PlanForm, Reading
from palabre_webui.site.meetings.own import organiser
from palabre_webui.site.wording import lasted, minutes_before


@dataclass(frozen=True)
class Choices:
    """What can be chosen in a form; pairs of value and words."""

    kinds: list[tuple[str, str, str]]
    zones: list[tuple[str, str]]
    durations: list[tuple[str, str]]
    sizes: list[tuple[str, str, str]]
    reminders: list[tuple[int, str]]
    weekdays: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    options: list[MeetingOption]


def choices(form: PlanForm) -> Choices:
    """What ``form`` offers, in the reader's language."""
    plugins = web().application.plugins
    days = get_day_names("wide", locale=current_language())
    return Choices(
        kinds=[(one.name, one.title, one.description) for one in kinds(plugins)],
        zones=zones(current_language(), _at(form), also=form.zone),
        durations=durations(form.duration_min),
        sizes=[
            (one.value, one.value, _("up to %(count)s people") % {"count": one.recommended_size})
            for one in RoomClass
        ],
        reminders=[(one, minutes_before(one)) for one in REMINDERS_MIN],
        weekdays=[(str(day), days[day].capitalize()) for day in range(7)],
        languages=[(tag, LANGUAGE_NAMES[tag]) for tag in LANGUAGES],
        options=options(plugins),
    )


def durations(typed: str) -> list[tuple[str, str]]:
    """How long a meeting may be expected to last, with what is typed already; pairs of minutes and words."""
    own = [int(typed)] if typed.isascii() and typed.isdigit() and len(typed) < 5 else []
    return [(str(one), lasted(one * 60)) for one in sorted({*DURATIONS_MIN, *own})]


def read_options(form: PlanForm) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The plugins' options as they are kept, and a sentence for each field that has to be changed."""
    return read_offered_options(web().application.plugins, form.options)


def ticked_before() -> dict[str, str]:
    """The plugins' boxes that are ticked before anybody chose, as a form sends them."""
    offered = options(web().application.plugins)
    return {one.key: "on" for one in offered if one.control == "checkbox" and one.value}


def priced(reading: Reading) -> tuple[tuple[str, str], ...]:
    """What the plan will cost, also before it has a name and a start: pairs of words and price."""
    plan = reading.plan or reading.sketch
    if plan is None:
        return ()
    plugins = web().application.plugins
    with web().application.db.reading() as session:
        costs = plan_costs(session, plugins=plugins, organiser=organiser(session), plan=plan)
    return (*prices(plugins, plan), *((one.label, one.said) for one in costs))


def _at(form: PlanForm) -> datetime:
    """When the zones' distances from UTC are told for: around the start that was typed."""
    try:
        return resolve(datetime.fromisoformat(form.start).replace(tzinfo=None), "UTC").utc
    except (ValueError, Refused):
        return web().application.clock.now()
