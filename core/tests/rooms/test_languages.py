"""Refusals speak the language of the person they are for."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.i18n import language_scope
from palabre.testing.room import HeadlessRoom, VirtualParticipant


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Only a presenter can do this."), ("fr", "Seul un animateur peut faire cela.")],
)
def test_a_refusal_is_said_in_the_language_of_who_acts(
    sam: VirtualParticipant, language: str, sentence: str
) -> None:
    with language_scope(language), pytest.raises(Refused) as refusal:
        sam.act("lock")

    assert refusal.value.message == sentence


def test_the_demonstration_is_named_in_the_language_of_who_looks(application):
    lea = HeadlessRoom.make(application, name="Demonstration meeting", is_demonstration=True).person("Léa")
    with language_scope("fr"):
        assert lea.state()["meeting"]["name"] == "Réunion de démonstration"
    with language_scope("en"):
        assert lea.state()["meeting"]["name"] == "Demonstration meeting"


def test_a_meeting_that_somebody_named_keeps_its_name(application):
    lea = HeadlessRoom.make(application, name="Demonstration meeting").person("Léa")
    with language_scope("fr"):
        assert lea.state()["meeting"]["name"] == "Demonstration meeting"
