"""Meetings that repeat."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from palabre.calendar import Repeat, check_repeat, in_words, local_of, repeat_of, resolve, rule, starts
from palabre.calendar.repeat import LONGEST_YEARS, MOST_TIMES
from palabre.errors import Refused

PLACES = ("America/St_Johns", "Australia/Lord_Howe", "Europe/Paris", "Pacific/Auckland", "UTC")
places = st.sampled_from(PLACES)
walls = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001 - a wall knows no zone
    lambda one: one.replace(second=0, microsecond=0)
)


@st.composite
def repeats(draw: st.DrawFn) -> tuple[datetime, Repeat]:
    """A first time, and a rule that can be kept."""
    local = draw(walls)
    every = draw(st.sampled_from(("daily", "weekly", "monthly")))
    weekdays: tuple[int, ...] = ()
    if every == "weekly" and draw(st.booleans()):
        weekdays = tuple(sorted(draw(st.sets(st.integers(0, 6))) | {local.weekday()}))
    count = draw(st.none() | st.integers(1, 60))
    days = draw(st.integers(0, 800))
    until = local.date() + timedelta(days=days) if count is None else None
    return local, Repeat(every, draw(st.integers(1, 5)), weekdays, count, until)


@given(repeats(), places)
def test_every_time_keeps_its_place_on_the_wall(given_: tuple[datetime, Repeat], zone: str) -> None:
    local, repeat = given_
    for start in starts(local, zone, repeat):
        shown = local_of(start, zone)
        if resolve(datetime.combine(shown.date(), local.time()), zone).note != "gap":
            assert shown.time() == local.time()
        else:
            assert shown.time() > local.time()


@given(repeats(), places)
def test_times_come_in_order_and_end(given_: tuple[datetime, Repeat], zone: str) -> None:
    local, repeat = given_
    found = starts(local, zone, repeat)
    assert found[0] == resolve(local, zone).utc
    assert found == sorted(set(found))
    assert len(found) <= (repeat.count or MOST_TIMES)
    assert found[-1] - found[0] <= timedelta(days=LONGEST_YEARS * 366 + 1)
    if repeat.until is not None:
        assert all(local_of(one, zone).date() <= repeat.until for one in found)


@given(repeats())
def test_another_library_reads_the_rule_as_we_do(given_: tuple[datetime, Repeat]) -> None:
    local, repeat = given_
    found = starts(local, "UTC", repeat)
    read = rrulestr(rule(repeat, local=local, zone="UTC"), dtstart=local.replace(tzinfo=UTC))
    last = local.replace(tzinfo=UTC) + timedelta(days=LONGEST_YEARS * 366 + 1)
    theirs = [one for one in read if one < last][:MOST_TIMES]
    assert found == theirs


@given(repeats(), places)
def test_a_rule_is_read_again_as_it_was_written(given_: tuple[datetime, Repeat], zone: str) -> None:
    local, repeat = given_
    assert repeat_of(rule(repeat, local=local, zone=zone), zone=zone) == repeat


@given(repeats(), places)
def test_the_last_time_lies_before_the_rules_own_end(given_: tuple[datetime, Repeat], zone: str) -> None:
    local, repeat = given_
    assume(repeat.until is not None)
    written = rule(repeat, local=local, zone=zone).rpartition("UNTIL=")[2]
    until = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert starts(local, zone, repeat)[-1] <= until


def test_months_without_the_day_are_left_out() -> None:
    found = starts(datetime.fromisoformat("2026-01-31T09:00"), "UTC", Repeat("monthly", count=4))
    assert [(one.month, one.day) for one in found] == [(1, 31), (3, 31), (5, 31), (7, 31)]


def test_what_lies_after_the_last_year_is_left_out() -> None:
    found = starts(datetime.fromisoformat("2199-12-30T09:00"), "UTC", Repeat("daily", count=9))
    assert [(one.year, one.day) for one in found] == [(2199, 30), (2199, 31)]


def test_a_time_in_a_gap_is_later_on_that_day_only() -> None:
    found = starts(datetime.fromisoformat("2026-03-28T02:30"), "Europe/Paris", Repeat("daily", count=3))
    assert [f"{local_of(one, 'Europe/Paris'):%d %H:%M}" for one in found] == [
        "28 02:30",
        "29 03:30",
        "30 02:30",
    ]


@pytest.mark.parametrize(
    "repeat",
    [
        Repeat("daily"),
        Repeat("daily", count=3, until=date(2026, 3, 1)),
        Repeat("daily", interval=0, count=3),
        Repeat("daily", interval=100, count=3),
        Repeat("daily", count=0),
        Repeat("daily", count=401),
        Repeat("daily", until=date(2026, 1, 30)),
        Repeat("daily", until=date(2029, 3, 1)),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(repeat: Repeat) -> None:
    with pytest.raises(Refused) as refused:
        check_repeat(repeat, first=date(2026, 1, 31))
    assert refused.value.code == "bad_repeat"


@pytest.mark.parametrize(
    ("repeat", "english", "french"),
    [
        (Repeat("daily", count=3), "every day, 3 times", "tous les jours, 3 fois"),
        (Repeat("daily", 2, count=1), "every 2 days, 1 time", "tous les 2 jours, 1 fois"),
        (
            Repeat("weekly", weekdays=(0, 3), until=date(2026, 12, 24)),
            "every week on Monday and Thursday until 24 December 2026",
            "toutes les semaines, le lundi et le jeudi jusqu'au 24 décembre 2026",
        ),
        (Repeat("monthly", 3, count=2), "every 3 months, 2 times", "tous les 3 mois, 2 fois"),
    ],
)
def test_a_rule_in_words(repeat: Repeat, english: str, french: str) -> None:
    assert in_words(repeat, "en", with_end=True) == english
    assert in_words(repeat, "fr", with_end=True) == french
