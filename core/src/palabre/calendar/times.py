"""Times on the wall of some place, and the moments they mean."""

from __future__ import annotations

import importlib.resources
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_time, get_timezone_location

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.i18n import language_scope

#: Years in which a meeting can be; further away, zones and calendars are guesses.
FIRST_YEAR, LAST_YEAR = 1970, 2199
#: The international order of day and month is read everywhere; the American one is not.
_LOCALES = {"en": "en_GB"}
#: Files among the zones that name no place.
_NO_PLACES = {"Factory", "localtime"}


@dataclass(frozen=True)
class LocalStart:
    """A start as people say it.

    :param local: naive; what the clock on the wall shows. Its ``fold`` says which of two is meant (PEP 495).
    :param zone: IANA name of where the wall is.
    """

    local: datetime
    zone: str


@dataclass(frozen=True)
class Moment:
    """What a local time means.

    :param utc: the moment.
    :param note: ``gap`` when clocks are put forward over it, so that it does not exist and the same distance after the
        change is meant; ``doubled`` when clocks are put back over it, so that it comes twice.
    """

    utc: datetime
    note: Literal["gap", "doubled"] | None = None


def resolve(local: datetime, zone: str) -> Moment:
    """The moment of a local time.

    A time that does not exist is taken with the offset from before the gap, as RFC 5545, section 3.3.5, says. One that
    comes twice is the first, or the second when ``local.fold`` is 1.

    :raises Refused: ``unknown_zone``; ``bad_start`` for a year outside ``FIRST_YEAR`` to ``LAST_YEAR``.
    """
    place = zone_of(zone)
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise Refused(
            "bad_start",
            _("Choose a year from {first} to {last}.").format(first=FIRST_YEAR, last=LAST_YEAR),
        )
    first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return Moment(first)
    if second < first:  # in a gap the two readings lie on the other sides of the change (PEP 495)
        return Moment(first, "gap")
    return Moment(second if local.fold else first, "doubled")


def local_of(utc: datetime, zone: str) -> datetime:
    """What the clock on the wall shows at a moment; naive, with ``fold`` when it shows it for the second time.

    :raises Refused: code ``unknown_zone``.
    """
    return utc.astimezone(zone_of(zone)).replace(tzinfo=None)


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name, old names such as ``Asia/Calcutta`` included.

    :raises Refused: code ``unknown_zone``.
    """
    if name not in _names():
        raise Refused("unknown_zone", _("There is no time zone named {zone}.").format(zone=name[:64]))
    return _zone(name)


def is_zone(name: str) -> bool:
    """Whether there is a zone of that IANA name."""
    return name in _names()


def zone_named(text: str) -> str | None:
    """The IANA name that somebody wrote: in full, whatever the capitals, or the place alone, such as ``New York``.

    :returns: ``None`` when there is none, or more than one.
    """
    return _written().get(text.strip().lower().replace(" ", "_"))


def zones(language: str, at: datetime, *, also: str | None = None) -> list[tuple[str, str]]:
    """Zones to choose from: pairs of IANA name and words with the distance from UTC at a moment, *Paris (UTC+1)*.

    One name for each place where people live, sorted by its words; UTC comes first.

    :param also: a zone that is offered too, when it has an old name.
    """
    names = {*_places(), *((also,) if also in _names() else ())} - {"UTC"}
    offered = [
        (name, f"{_city(name, language)} ({offset_words(at.astimezone(_zone(name)))})") for name in names
    ]
    return [("UTC", "UTC"), *sorted(offered, key=lambda one: (one[1].casefold(), one[0]))]


def when(utc: datetime, zone: str, language: str) -> str:
    """A moment in full: *Saturday, 12 December 2026 at 14:00, Paris time (UTC+1)*.

    :raises Refused: code ``unknown_zone``.
    """
    local = utc.astimezone(zone_of(zone))
    locale = _LOCALES.get(language, language)
    with language_scope(language):
        day = format_date(local, "full", locale=locale)
        time = format_time(local, "HH:mm", tzinfo=local.tzinfo, locale=locale)
        if zone in ("UTC", "Etc/UTC"):
            return _("{day} at {time} UTC").format(day=day, time=time)
        return _("{day} at {time}, {city} time ({offset})").format(
            day=day, time=time, city=_city(zone, language), offset=offset_words(local)
        )


def offset_words(local: datetime) -> str:
    """The distance of an aware local time from UTC: *UTC+1*, *UTC−3:30*."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"


@cache
def _zone(name: str) -> ZoneInfo:
    # the library itself keeps only the last eight, and reads the others' files again
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


@cache
def _written() -> dict[str, str]:
    """The names of zones by what people write for them, in small letters."""
    places: dict[str, list[str]] = {}
    for name in _places():
        places.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    alone = {place: names[0] for place, names in places.items() if len(names) == 1}
    return alone | {name.lower(): name for name in sorted(_names())}


@cache
def _places() -> frozenset[str]:
    """The zones of inhabited places by their present names (``zone.tab``); all names where that table is missing."""
    table = _table()
    named = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return frozenset(named & _names()) or frozenset(name for name in _names() if "/" in name)


def _table() -> str:
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / "zone.tab"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    try:
        return (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return ""


@cache
def _city(zone: str, language: str) -> str:
    return get_timezone_location(_zone(zone), locale=language, return_city=True)
