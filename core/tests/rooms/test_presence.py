"""Who is really there: leases, lost connections, the sweep."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, VirtualParticipant


def test_a_broken_connection_is_seen_at_once(lea, sam) -> None:
    sam.drop()

    assert lea.heard("connection_lost") == [{"participant": sam.id}]
    assert lea.sees(sam)["connected"] is False


def test_who_comes_back_within_the_grace_never_left(room: HeadlessRoom, clock: TestClock, lea, sam) -> None:
    sam.drop()
    clock.advance(seconds=2.9)
    room.sweep()
    sam.come_back()
    room.sweep()

    assert lea.heard("came_back") == [{"participant": sam.id}]
    assert lea.heard("left") == []


def test_who_does_not_come_back_has_left_within_ten_seconds(
    room: HeadlessRoom, clock: TestClock, lea, sam
) -> None:
    sam.drop()
    clock.advance(seconds=3.1)
    room.renew(lea)
    room.sweep()

    assert lea.heard("left") == [{"participant": sam.id, "reason": "lost"}]


def test_a_web_process_that_is_back_within_five_seconds_loses_nobody(
    room: HeadlessRoom, clock: TestClock, lea, sam
) -> None:
    room.renew(lea, sam)
    clock.advance(seconds=15)
    assert room.sweep() == []
    lea.come_back()
    sam.come_back()
    clock.advance(seconds=15)

    assert room.sweep() == []
    assert [event.kind for event in room.journal()].count("left") == 0


def test_a_web_process_that_stays_away_loses_everybody(
    room: HeadlessRoom, clock: TestClock, lea, sam
) -> None:
    clock.advance(seconds=20.1)

    assert [gone.participant for gone in room.sweep()] == [lea.id, sam.id]


def test_a_living_connection_keeps_its_place(room: HeadlessRoom, clock: TestClock, lea, sam) -> None:
    for _ in range(10):
        clock.advance(seconds=2)
        assert room.renew(lea, sam) == {lea.connection, sam.connection}
        assert room.sweep() == []


def test_who_was_lost_comes_back_as_the_same(room: HeadlessRoom, clock: TestClock, lea, sam) -> None:
    lea.act("lock")
    sam.drop()
    clock.advance(seconds=4)
    room.renew(lea)
    room.sweep()
    entered = sam.come_back()

    assert (entered.status, entered.participant) == ("entered", sam.id)
    assert lea.heard("joined")[-1]["participant"]["id"] == sam.id


def test_two_sweeps_make_one_leave(room: HeadlessRoom, make_application, clock: TestClock, lea, sam) -> None:
    elsewhere = room.served_by(make_application())
    sam.drop()
    clock.advance(seconds=4)
    room.renew(lea)

    assert len(room.sweep()) == 1
    assert elsewhere.sweep() == []
    assert len(lea.heard("left")) == 1


def test_one_who_waits_and_closes_the_tab_waits_no_more(room: HeadlessRoom, clock: TestClock, lea) -> None:
    lea.act("lock")
    sam = room.person("Sam")
    sam.drop()
    clock.advance(seconds=4)
    room.renew(lea)
    room.sweep()

    assert lea.heard("waiting_ended") == [{"participant": sam.id}]
    assert lea.state()["waiting"] == []


def test_a_connection_of_somebody_who_left_holds_nothing(room: HeadlessRoom, lea, sam) -> None:
    connection = sam.connection
    lea.act("remove", participant=sam.id)

    assert connection not in room.renew(lea, sam)
    assert sam.drop() is None


def test_losing_a_connection_twice_is_seen_once(lea, sam: VirtualParticipant) -> None:
    sam.drop()
    sam.drop()

    assert len(lea.heard("connection_lost")) == 1


def test_nobody_acts_for_a_stranger(room: HeadlessRoom, lea) -> None:
    stranger = VirtualParticipant(room, "Nobody", lea.link)
    stranger.id = "nobody"

    with pytest.raises(Refused) as refusal:
        stranger.act("raise_hand")
    assert refusal.value.code == "unknown_participant"
