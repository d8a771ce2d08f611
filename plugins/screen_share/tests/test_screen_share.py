"""Who may show a screen, one at a time, and what becomes of it when people go."""

from __future__ import annotations

from typing import Any

import pytest

from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, VirtualParticipant
from palabre.toolkit import Refused
from palabre_screen_share.stage import TURN_S

Someone = VirtualParticipant


def stage(viewer: Someone) -> dict[str, Any]:
    found: dict[str, Any] = viewer.state()["slices"]["screen_share"]
    return found


def showing(viewer: Someone) -> str | None:
    return stage(viewer)["showing"]["participant"] if stage(viewer)["showing"] else None


def test_everybody_sees_who_shows(lea: Someone, sam: Someone) -> None:
    lea.act("screen_share.start")
    assert showing(sam) == lea.id
    lea.act("screen_share.stop")
    assert showing(sam) is None


def test_starting_twice_is_starting_once(lea: Someone, sam: Someone) -> None:
    lea.act("screen_share.start")
    lea.act("screen_share.start")
    assert len(sam.heard("screen_share.started")) == 1


@pytest.mark.parametrize(
    ("floor", "allowed"),
    [(None, False), ({"may_show": False}, False), ({"may_show": True}, True)],
    ids=["no floor", "floor to speak", "floor to show"],
)
def test_a_guest_shows_only_with_the_right(
    lea: Someone, sam: Someone, floor: dict[str, Any] | None, allowed: bool
) -> None:
    if floor is not None:
        lea.act("give_floor", participant=sam.id, **floor)
    if allowed:
        sam.act("screen_share.start")
        assert showing(lea) == sam.id
    else:
        with pytest.raises(Refused) as refusal:
            sam.act("screen_share.start")
        assert refusal.value.code == "not_allowed"


def test_one_at_a_time(lea: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    with pytest.raises(Refused) as refusal:
        noor.act("screen_share.start")
    assert refusal.value.code == "screen_taken"
    assert "Léa" in refusal.value.message


def test_giving_way_keeps_the_screen_for_who_asked(lea: Someone, noor: Someone, clock: TestClock) -> None:
    lea.act("screen_share.start")
    noor.act("screen_share.ask")
    lea.act("screen_share.answer", participant=noor.id, accept=True)
    assert showing(lea) is None
    with pytest.raises(Refused) as refusal:
        lea.act("screen_share.start")
    assert refusal.value.code == "screen_taken"
    noor.act("screen_share.start")
    assert showing(lea) == noor.id


def test_a_turn_that_is_not_taken_runs_out(lea: Someone, noor: Someone, clock: TestClock) -> None:
    lea.act("screen_share.start")
    noor.act("screen_share.ask")
    lea.act("screen_share.answer", participant=noor.id, accept=True)
    clock.advance(seconds=TURN_S + 1)
    lea.act("screen_share.start")
    assert showing(noor) == lea.id


def test_a_declined_request_is_forgotten(lea: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    noor.act("screen_share.ask")
    lea.act("screen_share.answer", participant=noor.id, accept=False)
    assert stage(noor)["asking"] == []
    assert showing(noor) == lea.id


def test_only_who_shows_can_give_way(lea: Someone, noor: Someone, sam: Someone) -> None:
    lea.act("screen_share.start")
    noor.act("screen_share.ask")
    with pytest.raises(Refused) as refusal:
        sam.act("screen_share.answer", participant=noor.id, accept=True)
    assert refusal.value.code == "not_showing"


def test_nobody_gives_way_to_who_does_not_ask(lea: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    with pytest.raises(Refused) as refusal:
        lea.act("screen_share.answer", participant=noor.id, accept=True)
    assert refusal.value.code == "not_asking"


def test_presenters_stop_a_guest_and_not_the_other_way(lea: Someone, sam: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    with pytest.raises(Refused):
        sam.act("screen_share.stop", participant=lea.id)
    noor.act("screen_share.stop", participant=lea.id)
    assert showing(sam) is None


@pytest.mark.parametrize("how", ["leaves", "loses the floor", "is removed"])
def test_the_screen_goes_with_who_showed(lea: Someone, sam: Someone, how: str) -> None:
    lea.act("give_floor", participant=sam.id, may_show=True)
    sam.act("screen_share.start")
    if how == "leaves":
        sam.act("leave")
    elif how == "loses the floor":
        lea.act("take_floor", participant=sam.id)
    else:
        lea.act("remove", participant=sam.id)
    assert showing(lea) is None


def test_a_presenter_who_becomes_a_guest_stops_showing(lea: Someone, noor: Someone) -> None:
    noor.act("screen_share.start")
    lea.act("change_role", participant=noor.id, role="guest")
    assert showing(lea) is None


def test_the_track_is_for_who_has_the_screen(lea: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    lea.publish("screen", kind="video")
    with pytest.raises(Refused) as refusal:
        noor.publish("screen", kind="video")
    assert refusal.value.code == "not_allowed"


def test_the_track_closes_when_the_screen_is_taken_away(lea: Someone, noor: Someone) -> None:
    lea.act("screen_share.start")
    track = lea.publish("screen", kind="video")
    noor.act("screen_share.stop", participant=lea.id)
    assert {"participant": lea.id, "track": track, "by": None} in noor.heard("track_muted")


def test_switched_off_the_room_does_not_know_it(room: HeadlessRoom) -> None:
    room.tenant = room.tenant.with_features(frozenset())
    lea = room.person("Léa", role="presenter")
    with pytest.raises(Refused) as refusal:
        lea.act("screen_share.start")
    assert refusal.value.code == "unknown_act"
    assert "screen_share" not in lea.state()["slices"]
    with pytest.raises(Refused):
        lea.publish("screen", kind="video")
