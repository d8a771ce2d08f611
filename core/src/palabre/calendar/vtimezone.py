"""A time zone as a calendar file describes it (VTIMEZONE, RFC 5545, section 3.6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def vtimezone(zone: str, first_year: int, last_year: int) -> bytes:
    """The zone in these years, each change of its clocks by itself.

    :param zone: IANA name.
    """
    place = ZoneInfo(zone)
    made = Timezone()
    made.add("TZID", zone)
    begin = datetime(first_year, 1, 1, tzinfo=UTC)
    before = after = begin.astimezone(place)
    made.add_component(_part(before, after))
    for moment in _changes(place, begin, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        before, after = (moment - timedelta(seconds=1)).astimezone(place), moment.astimezone(place)
        made.add_component(_part(before, after))
    return bytes(made.to_ical())


def _part(before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    """What holds from a change on; it begins at the time that the clocks showed until then."""
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    was, now = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    part.add("DTSTART", (after - now + was).replace(tzinfo=None))
    part.add("TZOFFSETFROM", was)
    part.add("TZOFFSETTO", now)
    part.add("TZNAME", after.tzname() or "")
    return part


def _changes(place: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments, to the second, at which the distance from UTC changes."""
    day = begin
    while day < end:
        if day.astimezone(place).utcoffset() != (day + _DAY).astimezone(place).utcoffset():
            low, high = day, day + _DAY
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds() // 2))
                if middle.astimezone(place).utcoffset() == low.astimezone(place).utcoffset():
                    low = middle
                else:
                    high = middle
            yield high
        day += _DAY
