"""A meeting as a calendar file (iCalendar, RFC 5545), for invitations, updates and cancellations (iTIP, RFC 5546).

A meeting keeps one UID for ever, and SEQUENCE grows with each change that matters to its guests. A repeated meeting is
one event with a rule; what takes place at another time than the rule says has an event of its own with RECURRENCE-ID,
and what does not take place is an EXDATE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vCalAddress, vRecur, vUri

from palabre.calendar.times import local_of, resolve
from palabre.calendar.vtimezone import vtimezone

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Time:
    """One time that the meeting takes place.

    :param recurrence_id: start according to the rule, in UTC.
    :param starts_at: planned start, in UTC.
    :param is_cancelled: it does not take place.
    """

    recurrence_id: datetime
    starts_at: datetime
    duration_min: int
    is_cancelled: bool = False


@dataclass(frozen=True)
class Attendee:
    """Who is invited.

    :param partstat: what they answered, as RFC 5545 writes it: ``NEEDS-ACTION``, ``ACCEPTED`` …
    """

    email: str
    name: str = ""
    partstat: str = "NEEDS-ACTION"
    is_presenter: bool = False


@dataclass(frozen=True)
class Organiser:
    """Whom answers go to.

    :param sent_by: address that mails it in the organiser's name, where that is another.
    """

    email: str
    name: str
    sent_by: str | None = None


@dataclass(frozen=True)
class Entry:
    """A meeting in somebody's calendar.

    :param uid: names it for ever.
    :param sequence: grows with each change that matters.
    :param zone: IANA name of where it was planned; its rule keeps the time on the wall there.
    :param times: all of them, in order; at least one. The rule counts from the first.
    :param rule: RFC 5545 RRULE value; ``None`` takes place once.
    :param link: address to join by; ``None`` for whoever may not come any more.
    :param changed_at: when it was written (DTSTAMP).
    """

    uid: str
    sequence: int
    name: str
    description: str
    zone: str
    times: Sequence[Time]
    rule: str | None
    organiser: Organiser
    changed_at: datetime
    attendee: Attendee | None = None
    link: str | None = None
    language: str = "en"


def calendar_file(entry: Entry, *, method: Method, only: Time | None = None) -> bytes:
    """The file.

    :param method: ``REQUEST`` invites or changes, ``CANCEL`` takes back, ``PUBLISH`` is for whoever fetches it.
    :param only: the file is about this time of a repeated meeting, not about all of them.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//Palabre//Meetings//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    first = entry.times[0]
    if only is not None:
        calendar.add_component(_event(entry, method, only, is_exception=entry.rule is not None))
        return _with_zone(calendar, entry)
    if entry.rule is None or method == "CANCEL":
        calendar.add_component(_event(entry, method, first, is_exception=False))
        return _with_zone(calendar, entry)
    series = _event(entry, method, first, is_exception=False, is_series=True)
    _repeat(series, entry, entry.rule)
    calendar.add_component(series)
    for time in entry.times:
        moved = time.starts_at != time.recurrence_id or time.duration_min != first.duration_min
        if moved and not time.is_cancelled:
            calendar.add_component(_event(entry, method, time, is_exception=True))
    return _with_zone(calendar, entry)


def _with_zone(calendar: Calendar, entry: Entry) -> bytes:
    """The file with the description of its zone, which is written once for all guests."""
    written = bytes(calendar.to_ical())
    if entry.zone in ("UTC", "Etc/UTC"):
        return written
    last = max(time.starts_at for time in entry.times)
    zone = vtimezone(entry.zone, entry.times[0].recurrence_id.year - 1, last.year + 1)
    return written.replace(b"BEGIN:VEVENT", zone + b"BEGIN:VEVENT", 1)


def _event(entry: Entry, method: Method, time: Time, *, is_exception: bool, is_series: bool = False) -> Event:
    place = ZoneInfo(entry.zone)
    start = time.recurrence_id if is_series else time.starts_at
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at)
    ends = start + timedelta(minutes=time.duration_min)
    event.add("DTSTART", _wall(start, place) if is_series else _unmistakable(start, place))
    event.add("DTEND", _wall(ends, place) if is_series else _unmistakable(ends, place))
    if is_exception:
        event.add("RECURRENCE-ID", _wall(time.recurrence_id, place))
    event.add("SUMMARY", entry.name, parameters={"LANGUAGE": entry.language})
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    if entry.link:
        event.add("LOCATION", entry.link)
        event.add("URL", entry.link)
        event.add(
            "CONFERENCE",  # RFC 7986, section 5.11
            vUri(entry.link),
            parameters={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Palabre"},
        )
    event.add("STATUS", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("TRANSP", "OPAQUE")
    event.add("ORGANIZER", _organiser(entry.organiser), encode=False)
    if entry.attendee is not None:
        event.add("ATTENDEE", _attendee(entry.attendee, asks=method == "REQUEST"), encode=False)
    return event


def _repeat(series: Event, entry: Entry, rule: str) -> None:
    """The rule, and what does not take place although it says so."""
    place = ZoneInfo(entry.zone)
    first = local_of(entry.times[0].recurrence_id, entry.zone)
    written = _with_first_day(rule, first, entry.times[-1].recurrence_id)
    series.add("RRULE", vRecur.from_ical(written))
    takes_place = {time.recurrence_id for time in entry.times if not time.is_cancelled}
    said = _expanded(written, first, entry.zone)
    if unsaid := [at for at in sorted(takes_place) if at not in said]:
        series.add("RDATE", [_wall(at, place) for at in unsaid])
    if dropped := [local for at, local in said.items() if at not in takes_place]:
        series.add("EXDATE", [local.replace(tzinfo=place) for local in dropped])


def _with_first_day(rule: str, first: datetime, last: datetime) -> str:
    """The rule so that it says the first time, too, as calendars expect; superfluous ones become EXDATEs."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    own = _DAYS[first.weekday()]
    if parts["FREQ"] != "WEEKLY" or not days or own in days:
        return rule
    parts["BYDAY"] = ",".join(day for day in _DAYS if day in {*days, own})
    parts.pop("COUNT", None)
    parts["UNTIL"] = f"{last:%Y%m%dT%H%M%SZ}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


@lru_cache(maxsize=256)
def _expanded(rule: str, first: datetime, zone: str) -> dict[datetime, datetime]:
    """The moments of a rule, each with what the clock on the wall shows."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    if "UNTIL" in parts:  # on the wall as everything here
        until = datetime.strptime(f"{parts['UNTIL']}+0000", "%Y%m%dT%H%M%SZ%z")
        parts["UNTIL"] = f"{local_of(until, zone):%Y%m%dT%H%M%S}"
    written = ";".join(f"{name}={value}" for name, value in parts.items())
    return {resolve(local, zone).utc: local for local in rrulestr(written, dtstart=first)}


def _wall(at: datetime, place: ZoneInfo) -> datetime:
    return at.astimezone(place)


def _unmistakable(at: datetime, place: ZoneInfo) -> datetime:
    """On the wall; of an hour that comes twice the second is told in UTC, for it would be read as the first."""
    wall = at.astimezone(place)
    return at if wall.fold else wall


def _organiser(organiser: Organiser) -> vCalAddress:
    parameters: dict[str, Any] = {"CN": _quotable(organiser.name or organiser.email)}
    if organiser.sent_by and organiser.sent_by != organiser.email:
        parameters["SENT-BY"] = f"mailto:{organiser.sent_by}"
    return _address(organiser.email, parameters)


def _attendee(attendee: Attendee, *, asks: bool) -> vCalAddress:
    parameters = {
        "CN": _quotable(attendee.name or attendee.email),
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "CHAIR" if attendee.is_presenter else "REQ-PARTICIPANT",
        "PARTSTAT": attendee.partstat,
    }
    if asks:
        parameters["RSVP"] = "TRUE"
    return _address(attendee.email, parameters)


def _address(email: str, parameters: dict[str, Any]) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    for name, value in parameters.items():
        address.params[name] = value
    return address


def _quotable(text: str) -> str:
    """A parameter's value can hold neither quotation marks nor control characters (RFC 5545, section 3.2)."""
    return "".join(sign for sign in text if sign.isprintable()).replace('"', "'")
