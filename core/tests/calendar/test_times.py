"""Times on the wall and the moments they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palabre.calendar import local_of, resolve, when, zone_of, zones
from palabre.errors import Refused

#: Places whose clocks do unusual things: half an hour of summer time, Ramadan, quarters of an hour, a skipped day.
PLACES = (
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
places = st.sampled_from(PLACES)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
walls = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001 - a wall knows no zone


def wall(time: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(time).replace(fold=fold)


@given(moments, places)
def test_a_moment_is_found_again_from_its_wall(moment: datetime, zone: str) -> None:
    assert resolve(local_of(moment, zone), zone).utc == moment


@given(walls, places)
def test_a_wall_time_is_what_the_wall_shows_unless_it_does_not_exist(local: datetime, zone: str) -> None:
    moment = resolve(local, zone)
    shown = local_of(moment.utc, zone)
    if moment.note == "gap":
        assert shown > local
        # nothing on the wall lies between: an instant before the change it showed less
        change = moment.utc - (shown - local)
        assert local_of(change - timedelta(microseconds=1), zone) < local
    else:
        assert shown == local


@given(walls, places)
def test_a_time_that_comes_twice_is_the_first_unless_the_second_is_meant(local: datetime, zone: str) -> None:
    first, second = (resolve(local.replace(fold=fold), zone) for fold in (0, 1))
    assert first.note == second.note
    if first.note == "doubled":
        assert first.utc < second.utc
        assert local_of(first.utc, zone) == local_of(second.utc, zone) == local
    else:
        assert first.utc == second.utc


@pytest.mark.parametrize(
    ("local", "fold", "utc", "note"),
    [
        ("2026-03-29T02:30", 0, "2026-03-29T01:30", "gap"),
        ("2026-03-29T02:30", 1, "2026-03-29T01:30", "gap"),
        ("2026-03-29T03:00", 0, "2026-03-29T01:00", None),
        ("2026-10-25T02:30", 0, "2026-10-25T00:30", "doubled"),
        ("2026-10-25T02:30", 1, "2026-10-25T01:30", "doubled"),
        ("2026-10-25T03:00", 0, "2026-10-25T02:00", None),
    ],
)
def test_the_clock_changes_of_paris(local: str, fold: int, utc: str, note: str | None) -> None:
    moment = resolve(wall(local, fold=fold), "Europe/Paris")
    assert (moment.utc, moment.note) == (datetime.fromisoformat(utc).replace(tzinfo=UTC), note)


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "localtime", "x" * 500]
)
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        zone_of(name)
    assert refused.value.code == "unknown_zone"


def test_old_names_of_zones_are_known() -> None:
    at = wall("2026-07-01T12:00")
    for old, new in (
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Eastern", "America/New_York"),
    ):
        assert resolve(at, old) == resolve(at, new)


def test_zones_are_offered_once_for_each_place_with_their_distance_of_that_day() -> None:
    summer = dict(zones("fr", datetime(2026, 7, 1, tzinfo=UTC)))
    winter = dict(zones("fr", datetime(2026, 1, 1, tzinfo=UTC)))
    assert summer["Europe/Paris"] == "Paris (UTC+2)"
    assert winter["Europe/Paris"] == "Paris (UTC+1)"
    assert winter["America/St_Johns"].endswith("(UTC−3:30)")
    assert "Londres" in winter["Europe/London"]
    assert next(iter(winter)) == "UTC"
    assert winter.keys() & {"Asia/Calcutta", "US/Eastern", "Factory"} == set()
    assert "Asia/Calcutta" in dict(zones("fr", datetime(2026, 1, 1, tzinfo=UTC), also="Asia/Calcutta"))
    assert all(ZoneInfo(name) for name in winter)


@pytest.mark.parametrize(
    ("zone", "language", "said"),
    [
        ("Europe/Paris", "en", "Saturday, 12 December 2026 at 14:00, Paris time (UTC+1)"),
        ("Europe/Paris", "fr", "samedi 12 décembre 2026 à 14:00, heure de Paris (UTC+1)"),
        ("UTC", "en", "Saturday, 12 December 2026 at 13:00 UTC"),
    ],
)
def test_a_moment_in_full(zone: str, language: str, said: str) -> None:
    assert when(datetime(2026, 12, 12, 13, tzinfo=UTC), zone, language) == said
