"""Refusals speak the language of the person they are for."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.i18n import language_scope
from palabre.testing.room import VirtualParticipant


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
