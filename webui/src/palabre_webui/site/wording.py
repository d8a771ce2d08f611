"""Times and durations as people say them, in the reader's language and zone: filters of the templates."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list

from palabre.calendar.times import offset_words
from palabre.i18n import current_language, ngettext
from palabre.i18n import gettext as _
from palabre_webui.context import web
from palabre_webui.sign_in import signed_in


def reader_zone() -> str:
    """IANA name of the zone in which the reader is told times."""
    account = signed_in()
    return account.time_zone if account else "UTC"


def moment(at: datetime, zone: str | None = None) -> str:
    """Day and time, as short as can be: *today 14:00*, *tomorrow 09:30*, *12 Dec 14:00*, *12 Jan 2028 14:00*."""
    local = at.astimezone(ZoneInfo(zone or reader_zone()))
    today = web().application.clock.now().astimezone(local.tzinfo).date()
    time = clock(at, zone)
    if local.date() == today:
        return _("today %(time)s") % {"time": time}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": time}
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s") % {"time": time}
    skeleton = "MMMEd" if local.year == today.year else "yMMMd"
    return f"{format_skeleton(skeleton, local, locale=_locale())} {time}"


def whole_moment(at: datetime, zone: str | None = None) -> str:
    """Day, date and time in full: *Tuesday 12 December 2026 at 14:00*."""
    local = at.astimezone(ZoneInfo(zone or reader_zone()))
    day = format_date(local, "full", locale=_locale())
    return _("%(day)s at %(time)s") % {"day": day, "time": clock(at, zone)}


def clock(at: datetime, zone: str | None = None) -> str:
    """The time of day: *14:00*."""
    local = at.astimezone(ZoneInfo(zone or reader_zone()))
    return format_time(local, "HH:mm", tzinfo=local.tzinfo, locale=_locale())


def lasted(seconds: float) -> str:
    """How long something took: *1 h 05 min*, *12 min*, *40 s*."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": round(seconds)}
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes % 60 == 0:
        return _("%(hours)s h") % {"hours": minutes // 60}
    return _("%(hours)s h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def zone_words(zone: str, at: datetime) -> str:
    """A zone with its offset at a moment: *Paris (UTC+1)*."""
    local = at.astimezone(ZoneInfo(zone))
    city = get_timezone_location(local.tzinfo, locale=_locale(), return_city=True)
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return f"{city} ({offset_words(local)})"


def listed(words: list[str]) -> str:
    """Several things as one sentence's part: *Léa, Sam and Kim*."""
    return format_list(words, locale=_locale())


def minutes_before(minutes: int) -> str:
    """A reminder's distance from the start: *15 minutes before*."""
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(num)s hour before", "%(num)s hours before", hours) % {"num": hours}
    return ngettext("%(num)s minute before", "%(num)s minutes before", minutes) % {"num": minutes}


def _locale() -> str:
    # The international order of day and month is read everywhere; the American one is not.
    return {"en": "en_GB"}.get(current_language(), current_language())


def browser_words(user_agent: str) -> str:
    """A browser by the name people know it by: *Firefox on Linux*."""
    browser = _first(
        user_agent,
        {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"},
    )
    system = _first(
        user_agent,
        {
            "Android": "Android",
            "iPhone": "iPhone",
            "iPad": "iPad",
            "Windows": "Windows",
            "Mac OS": "macOS",
            "Linux": "Linux",
        },
    )
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser")


def _first(user_agent: str, names: dict[str, str]) -> str | None:
    return next((name for sign, name in names.items() if sign in user_agent), None)


FILTERS = {
    "browser_words": browser_words,
    "clock": clock,
    "lasted": lasted,
    "listed": listed,
    "moment": moment,
    "whole_moment": whole_moment,
    "zone_words": zone_words,
}
