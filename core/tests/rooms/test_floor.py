"""Hands and the floor."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.testing.clock import TestClock
from palabre.testing.room import VirtualParticipant


def test_hands_form_a_queue_by_time(clock: TestClock, lea, sam, ana) -> None:
    ana.act("raise_hand")
    clock.advance(seconds=1)
    sam.act("raise_hand")
    clock.advance(seconds=1)
    ana.act("raise_hand")

    people = [one for one in lea.state()["participants"] if one["hand_raised_at"]]
    assert [one["name"] for one in sorted(people, key=lambda one: one["hand_raised_at"])] == ["Ana", "Sam"]


def test_the_floor_lowers_the_hand(lea, sam) -> None:
    sam.act("raise_hand")
    lea.act("give_floor", participant=sam.id, may_show=True)

    assert lea.heard("floor_given") == [{"participant": sam.id, "may_show": True}]
    me = sam.me()
    assert (me["floor"], me["floor_may_show"], me["hand_raised_at"]) == (True, True, None)


def test_the_floor_is_taken_back_with_the_right_to_show(lea, sam) -> None:
    lea.act("give_floor", participant=sam.id, may_show=True)
    lea.act("take_floor", participant=sam.id)

    assert (sam.me()["floor"], sam.me()["floor_may_show"]) == (False, False)


def test_the_right_to_show_can_be_added_later(lea, sam) -> None:
    lea.act("give_floor", participant=sam.id)
    lea.act("give_floor", participant=sam.id, may_show=True)

    assert sam.me()["floor_may_show"] is True


def test_presenters_are_not_given_the_floor(lea) -> None:
    with pytest.raises(Refused):
        lea.act("give_floor", participant=lea.id)


@pytest.mark.parametrize(
    "act", ["give_floor", "take_floor", "mute", "remove", "lower_hand", "new_presenter", "admit"]
)
def test_somebody_who_is_not_there_is_said_to_be_unknown(lea: VirtualParticipant, act: str) -> None:
    with pytest.raises(Refused) as refusal:
        lea.act(act, participant="nobody")
    assert refusal.value.code == "unknown_participant"
