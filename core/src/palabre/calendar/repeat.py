"""Meetings that repeat: the rule (RFC 5545, section 3.3.10), the starts it means, and its words.

A repeated meeting keeps its time on the wall when the clocks change. Every rule ends, and no later than after
``MOST_TIMES`` times and ``LONGEST_YEARS`` years.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from palabre.calendar.times import LAST_YEAR, local_of, resolve
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n import language_scope, ngettext

Every = Literal["daily", "weekly", "monthly"]

MOST_TIMES, LONGEST_YEARS, LONGEST_INTERVAL = 400, 3, 99
#: As RFC 5545 writes them, Monday first.
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: What stands before each weekday of several: *le lundi et le jeudi*.
_ARTICLES = {"fr": "le "}


@dataclass(frozen=True)
class Repeat:
    """How a meeting repeats.

    :param interval: every so many days, weeks or months.
    :param weekdays: 0 is Monday; only for a weekly one, whose own day is meant when there are none.
    :param count: how often it takes place, the first time counted; or
    :param until: the last day, where the meeting is, on which it may.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None


def check_repeat(repeat: Repeat, *, first: date) -> None:
    """Whether a rule can be kept.

    :raises Refused: code ``bad_repeat``.
    """
    if not 1 <= repeat.interval <= LONGEST_INTERVAL:
        raise Refused("bad_repeat", _("Write a number from 1 to {most}.").format(most=LONGEST_INTERVAL))
    if (repeat.count is None) == (repeat.until is None):
        raise Refused("bad_repeat", _("Say how often it takes place, or until when."))
    if repeat.count is not None and not 1 <= repeat.count <= MOST_TIMES:
        raise Refused("bad_repeat", _("It can take place 1 to {most} times.").format(most=MOST_TIMES))
    if repeat.until is not None and not first <= repeat.until <= _last_day(first):
        raise Refused(
            "bad_repeat",
            _("The last day lies after the first one, by at most {years} years.").format(years=LONGEST_YEARS),
        )


def starts(local: datetime, zone: str, repeat: Repeat) -> list[datetime]:
    """The moments at which a meeting starts, in order, in UTC. The first is ``local`` itself.

    A month without the day is left out, and so is what lies after ``LAST_YEAR``. Times that the clocks' change makes
    impossible or double are resolved as ``resolve`` does.

    :param local: naive, on the wall in ``zone``.
    """
    found: list[datetime] = []
    last = min(repeat.until or date.max, _last_day(local.date()), date(LAST_YEAR, 12, 31))
    for day in _days(local.date(), repeat):
        if day > last or len(found) >= (repeat.count or MOST_TIMES):
            break
        found.append(resolve(datetime.combine(day, local.time()), zone).utc)
    return found


def rule(repeat: Repeat, *, local: datetime, zone: str) -> str:
    """The rule as RFC 5545 writes it; its UNTIL is in UTC, as a start with a zone demands."""
    parts = [f"FREQ={repeat.every.upper()}"]
    if repeat.interval != 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.every == "weekly" and repeat.weekdays:
        parts.append("BYDAY=" + ",".join(_DAYS[day] for day in sorted(repeat.weekdays)))
    if repeat.count is not None:
        parts.append(f"COUNT={repeat.count}")
    elif repeat.until is not None:
        until = resolve(datetime.combine(repeat.until, max(local.time(), time(23, 59, 59))), zone).utc
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def repeat_of(written: str, *, zone: str) -> Repeat:
    """The rule that ``rule`` wrote."""
    parts = dict(part.split("=", 1) for part in written.split(";"))
    every: Every
    every = {"DAILY": "daily", "WEEKLY": "weekly", "MONTHLY": "monthly"}[parts["FREQ"]]  # type: ignore[assignment]
    until = None
    if "UNTIL" in parts:
        utc = datetime.strptime(parts["UNTIL"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        until = local_of(utc, zone).date()
    return Repeat(
        every,
        int(parts.get("INTERVAL", 1)),
        tuple(_DAYS.index(day) for day in parts.get("BYDAY", "").split(",") if day),
        int(parts["COUNT"]) if "COUNT" in parts else None,
        until,
    )


def in_words(repeat: Repeat, language: str, *, with_end: bool = False) -> str:
    """The rule as people say it: *every week on Monday and Thursday*."""
    with language_scope(language):
        number = repeat.interval
        if repeat.every == "daily":
            said = ngettext("every day", "every %(num)s days", number)
        elif repeat.every == "weekly":
            said = ngettext("every week", "every %(num)s weeks", number)
        else:
            said = ngettext("every month", "every %(num)s months", number)
        said = said % {"num": number} if "%" in said else said
        if repeat.every == "weekly" and repeat.weekdays:
            names = get_day_names("wide", locale=language)
            article = _ARTICLES.get(language, "")
            days = format_list([article + names[day] for day in sorted(repeat.weekdays)], locale=language)
            said = _("{rule} on {days}").format(rule=said, days=days)
        if with_end and repeat.count is not None:
            times = ngettext("%(num)s time", "%(num)s times", repeat.count) % {"num": repeat.count}
            said = f"{said}, {times}"
        elif with_end and repeat.until is not None:
            said = _("{rule} until {day}").format(
                rule=said,
                day=format_date(repeat.until, "long", locale={"en": "en_GB"}.get(language, language)),
            )
        return said


def _days(first: date, repeat: Repeat) -> Iterator[date]:
    if repeat.every == "daily":
        day = first
        while True:
            yield day
            day += timedelta(days=repeat.interval)
    elif repeat.every == "weekly":
        # The first one is always the start that was chosen, whatever weekdays follow.
        weekdays = sorted({*repeat.weekdays} or {first.weekday()})
        monday = first - timedelta(days=first.weekday())
        yield first
        while True:
            for weekday in weekdays:
                day = monday + timedelta(days=weekday)
                if day > first:
                    yield day
            monday += timedelta(weeks=repeat.interval)
    else:
        number = first.year * 12 + first.month - 1
        while True:
            year, month = divmod(number, 12)
            if first.day <= calendar.monthrange(year, month + 1)[1]:
                yield date(year, month + 1, first.day)
            number += repeat.interval


def _last_day(first: date) -> date:
    return first + timedelta(days=LONGEST_YEARS * 366)
