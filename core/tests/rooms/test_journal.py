"""The journal: numbered without gaps, the same for everybody, one act once."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.testing.room import HeadlessRoom, VirtualParticipant


def test_events_are_numbered_without_gaps_and_read_in_order(room: HeadlessRoom, lea, sam) -> None:
    sam.act("raise_hand")
    lea.act("give_floor", participant=sam.id, may_show=True)
    lea.act("lock")

    assert [event.seq for event in room.journal()] == list(range(1, len(room.journal()) + 1))
    assert [event["kind"] for event in lea.read()] == ["joined", "hand_raised", "floor_given", "locked"]


def test_an_act_says_where_the_journal_stands_after_it(lea, sam) -> None:
    performed = sam.act("raise_hand")

    assert performed.seq == performed.events[-1].seq == lea.read()[-1]["seq"]


def test_the_same_act_id_twice_is_one_act(lea, sam) -> None:
    first = sam.act("chat_send", "one-id", text="Hello", to="all")
    again = sam.act("chat_send", "one-id", text="Hello", to="all")

    assert again.replayed
    assert again.seq == first.seq
    assert len(lea.heard("chat_sent")) == 1


def test_two_people_may_choose_the_same_act_id(lea, sam) -> None:
    lea.act("chat_send", "one-id", text="Hello", to="all")
    sam.act("chat_send", "one-id", text="Hello", to="all")

    assert len(lea.heard("chat_sent")) == 2


def test_a_refused_act_may_be_tried_again_with_its_id(lea, sam) -> None:
    with pytest.raises(Refused):
        sam.act("chat_delete", "one-id", id="nothing")

    assert not sam.act("raise_hand", "one-id").replayed


def test_an_act_that_changes_nothing_appends_nothing(lea, sam) -> None:
    sam.act("raise_hand")
    again = sam.act("raise_hand")

    assert again.events == ()
    assert len(lea.heard("hand_raised")) == 1


def test_another_process_sees_the_same_room(room: HeadlessRoom, make_application, lea, sam) -> None:
    lea.state()
    elsewhere = room.served_by(make_application())
    ana = elsewhere.person("Ana")
    sam.act("chat_send", text="From the first process", to="all")
    ana.act("chat_send", text="From the second", to="all")
    lea.act("lock")

    assert ana.state() == sam.state()
    assert [message["text"] for message in sam.state()["slices"]["chat"]["messages"]] == [
        "From the first process",
        "From the second",
    ]


def test_the_state_is_the_same_when_read_from_a_snapshot_and_the_events_after_it(
    room: HeadlessRoom, make_application, lea: VirtualParticipant, sam: VirtualParticipant
) -> None:
    lea.publish("microphone")
    for number in range(110):
        sam.act("raise_hand", unlimited=True)
        lea.act("lower_hand", participant=sam.id)
        if number == 60:
            sam.act("chat_send", text="In the middle", to="presenters")
    lea.act("give_floor", participant=sam.id, may_show=True)

    fresh = room.served_by(make_application())
    lea_elsewhere = VirtualParticipant(fresh, "Léa", lea.link)
    lea_elsewhere.id = lea.id

    assert len(room.journal()) > 200
    assert lea_elsewhere.state() == lea.state()
