"""What comes through the door: each message of the protocol, as a client that is not ours sends it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from socket_person import Refused
from web_installation import Installation


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def installation(request, tmp_path_factory):
    """Everything here holds however the process does many things at once."""
    with Installation(tmp_path_factory.mktemp(request.param)) as made:
        made.start_web(mode=request.param)
        yield made


def test_a_link_and_a_name_let_somebody_in(meeting, come):
    entered = come(meeting, "Léa", role="presenter").entered
    assert entered["status"] == "entered"
    assert entered["me"]["role"] == "presenter"
    assert [one["name"] for one in entered["state"]["participants"]] == ["Léa"]
    assert entered["media"] == {"ice_servers": []}
    assert entered["resumed"] is False


def test_others_hear_who_comes_and_late_comers_get_the_state(meeting, come):
    lea = come(meeting, "Léa", role="presenter")
    lea.act("chat_send", {"text": "hello"})
    sam = come(meeting, "Sam")
    assert lea.heard("joined")["data"]["participant"]["name"] == "Sam"
    assert [one["name"] for one in sam.entered["state"]["participants"]] == ["Léa", "Sam"]
    assert sam.entered["state"]["slices"]["chat"]["messages"][0]["text"] == "hello"
    assert "joined" not in sam.kinds()


def test_events_come_to_everybody_in_order_and_once(meeting, come):
    people = [come(meeting, f"P{number}", role="presenter") for number in range(4)]
    for number in range(12):
        people[number % 4].act("chat_send", {"text": str(number)})
    last = people[0].state() and people[0].ask("since", {"seq": -1})["seq"]
    for person in people:
        person.wait_for(lambda person=person: person.seq == last)
        numbers = [event["seq"] for event in person.events]
        assert numbers == list(range(person.entered["seq"] + 1, last + 1))


def test_what_is_private_to_presenters_is_a_gap_without_content_to_guests(meeting, come):
    lea, sam, kim = come(meeting, "Léa", role="presenter"), come(meeting, "Sam"), come(meeting, "Kim")
    seq = sam.act("chat_send", {"text": "only for you", "to": "presenters"})
    assert lea.heard("chat_sent")["data"]["text"] == "only for you"
    assert sam.heard("chat_sent")["data"]["text"] == "only for you"
    assert kim.wait_for(lambda: [one for one in kim.events if one["seq"] == seq]) == [
        {"seq": seq, "kind": "hidden"}
    ]


def test_a_new_presenter_reads_what_is_private_from_then_on(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    lea.act("change_role", {"participant": sam.id, "role": "presenter"})
    lea.act("chat_send", {"text": "between us", "to": "presenters"})
    assert sam.heard("chat_sent")["data"]["text"] == "between us"


def test_the_same_act_id_is_one_act(meeting, come):
    lea, act_id = come(meeting, "Léa", role="presenter"), uuid.uuid4().hex
    first = lea.act("chat_send", {"text": "once"}, id=act_id)
    assert lea.act("chat_send", {"text": "once"}, id=act_id) == first
    assert len(lea.state()["slices"]["chat"]["messages"]) == 1


def test_since_gives_what_was_missed_or_the_whole_state(meeting, come):
    lea = come(meeting, "Léa", role="presenter")
    start = lea.seq
    lea.act("lock")
    lea.act("unlock")
    assert [event["kind"] for event in lea.ask("since", {"seq": start})["events"]] == ["locked", "unlocked"]
    assert lea.ask("since", {"seq": -1})["state"]["meeting"]["locked"] is False


def test_signals_reach_the_others_and_are_not_kept(meeting, come):
    lea, sam, kim = come(meeting, "Léa", role="presenter"), come(meeting, "Sam"), come(meeting, "Kim")
    seq = sam.ask("since", {"seq": -1})["seq"]
    sam.socket.emit("signal", {"kind": "typing", "data": {}}, namespace="/room")
    assert lea.wait_for(lambda: lea.signals) == [{"kind": "typing", "from": sam.id, "data": {}}]
    sam.socket.emit("signal", {"kind": "pointer", "data": {"x": 1}, "to": kim.id}, namespace="/room")
    assert kim.wait_for(lambda: [one for one in kim.signals if one["kind"] == "pointer"])
    assert [one["kind"] for one in lea.signals] == ["typing"]
    assert sam.signals == []
    assert sam.ask("since", {"seq": -1})["seq"] == seq


def test_a_plugins_signal_passes_where_the_plugin_is_on(meeting, come):
    sam = come(meeting, "Sam")
    lea = come(meeting, "Léa")
    sam.socket.emit("signal", {"kind": "screen_share.glance", "data": 1}, namespace="/room")
    assert lea.wait_for(lambda: lea.signals)
    assert sam.refused(lambda: sam.ask("signal", {"kind": "whiteboard.point", "data": 1})) == "unknown_signal"


def test_guests_wait_for_a_presenter_and_are_called_in(installation, come):
    meeting = installation.meeting(wait_for_presenter=True)
    sam = come(meeting, "Sam")
    assert (sam.entered["status"], sam.entered["reason"]) == ("waiting", "presenter")
    come(meeting, "Léa", role="presenter")
    assert sam.told("admitted") == {}
    assert sam.enter("Sam", again=True)["status"] == "entered"


def test_who_comes_to_a_locked_room_waits_until_admitted(meeting, come):
    lea = come(meeting, "Léa", role="presenter")
    lea.act("lock")
    sam = come(meeting, "Sam")
    assert sam.entered["reason"] == "locked"
    waiting = lea.heard("waiting")["data"]["waiting"]
    assert waiting["name"] == "Sam"
    lea.act("admit", {"participant": waiting["id"]})
    sam.told("admitted")
    assert sam.enter("Sam", again=True)["status"] == "entered"


def test_a_meeting_that_starts_later_calls_in_when_it_is_time(installation, come):
    soon = datetime.now(UTC) + timedelta(seconds=2)
    meeting = installation.meeting(starts_at=soon)
    sam = come(meeting, "Sam")
    assert sam.entered["reason"] == "not_started"
    sam.told("admitted")


def test_who_is_removed_is_told_and_cannot_come_back(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    lea.act("remove", {"participant": sam.id})
    assert sam.told("closed")["code"] == "removed"
    sam.told("disconnect")
    with pytest.raises(Refused) as refused:
        sam.come_back()
    assert refused.value.code == "removed"


def test_the_end_is_told_to_everybody_those_who_wait_too(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    lea.act("lock")
    kim = come(meeting, "Kim")
    lea.act("end_for_all")
    for person in (lea, sam, kim):
        assert person.told("closed")["code"] == "ended"


def test_leaving_is_seen_and_the_socket_may_enter_anew(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    before = sam.id
    sam.act("leave")
    assert lea.heard("left")["data"] == {"participant": before, "reason": "left"}
    assert sam.refused(lambda: sam.act("raise_hand")) == "not_in_room"
    assert sam.enter("Sam")["me"]["id"] != before


def test_a_broken_socket_comes_back_as_the_same_participant(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    sam.act("raise_hand")
    sam.go()
    lea.heard("connection_lost", participant=sam.id)
    entered = sam.come_back()
    assert entered["resumed"] is True
    assert entered["me"]["id"] == sam.id
    assert next(one for one in entered["state"]["participants"] if one["id"] == sam.id)["hand_raised_at"]
    lea.heard("came_back", participant=sam.id)


def test_who_does_not_come_back_has_left_within_ten_seconds(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    sam.go()
    assert lea.heard("left", timeout_s=10)["data"] == {"participant": sam.id, "reason": "lost"}


def test_a_second_window_takes_over_and_the_first_is_told(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    first = sam.socket
    sam.come_back()
    assert sam.told("closed")["code"] == "replaced"
    assert lea.state()["participants"][1]["connected"] is True
    assert not first.connected
    sam.act("raise_hand")
    assert lea.heard("hand_raised")
    assert "connection_lost" not in lea.kinds()


def test_refusals_speak_the_language_of_the_person(meeting, come):
    sam = come(meeting, "Sam", language="fr")
    with pytest.raises(Refused) as refused:
        sam.act("nonsense")
    english = come(meeting, "Kim")
    with pytest.raises(Refused) as told:
        english.act("nonsense")
    assert refused.value.message != told.value.message
