"""Four people in four browsers: everybody sees and hears everybody, and places are used again when people go."""

from __future__ import annotations

import pytest

from conftest import Launch
from person import Person
from server import Server

COLOURS = {"Léa": (40, 70, 200), "Sam": (32, 180, 64), "Noor": (200, 60, 40), "Ana": (200, 190, 40)}
TONES_HZ = {"Léa": 440, "Sam": 660, "Noor": 880, "Ana": 1100}


def test_everybody_sees_and_hears_everybody(server: Server, meeting: str, person: Launch) -> None:
    people = {
        name: person(name, colour=COLOURS[name], tone_hz=TONES_HZ[name], width=900, height=600)
        for name in COLOURS
    }
    for name, one in people.items():
        one.join(server.link(name, "presenter" if name == "Léa" else "guest", meeting))
    for one in people.values():
        sees_and_hears_the_others(one, people)
    people.pop("Sam").page.get_by_role("button", name="Leave").click()
    back = person("Sam", colour=(120, 40, 160), tone_hz=1320, width=900, height=600)
    back.join(server.link("Sam", "guest", meeting))
    for one in people.values():
        one.waits_for_colour("Sam", (120, 40, 160))
    sees_and_hears_the_others(back, {**people, "Sam": back})


def sees_and_hears_the_others(one: Person, people: dict[str, Person]) -> None:
    """The right picture and the right tone from each of the others."""
    for name in people:
        if name != one.name:
            one.waits_for_colour(name, COLOURS[name])
            assert one.hears(name) == pytest.approx(TONES_HZ[name], abs=10), f"{one.name} hears {name}"
