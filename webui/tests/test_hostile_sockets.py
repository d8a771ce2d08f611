"""Bad input through the door: each gets a clear refusal, and nobody else notices."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from socket_person import Person, Refused

from palabre.model import MeetingState, RoomClass


@pytest.fixture
def lea(meeting, come) -> Person:
    """Somebody in the meeting who must not notice anything."""
    return come(meeting, "Léa", role="presenter")


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({}, "bad_payload"),
        ([], "bad_payload"),
        ("x", "bad_payload"),
        ({"link": 5, "protocol": 1}, "bad_payload"),
        ({"link": "x" * 5000, "protocol": 1}, "bad_payload"),
        ({"link": "nothing.nothing", "protocol": 1}, "unknown_link"),
        ({"link": "", "protocol": 1}, "unknown_link"),
        ({"link": "\u0000.\ud83d\ude00", "protocol": 1}, "unknown_link"),
    ],
)
def test_a_socket_without_a_good_link_is_refused(installation, auth, code):
    person = Person(installation.url, "")
    assert person.refused(lambda: person.connect(auth=auth)) == code


def test_another_protocol_is_refused(meeting, come):
    person = Person(meeting.installation.url, meeting.link())
    assert person.refused(lambda: person.connect(protocol=2)) == "unknown_protocol"


def test_a_wrong_code_is_refused_like_an_unknown_link(meeting):
    selector = meeting.link().partition(".")[0]
    person = Person(meeting.installation.url, f"{selector}.{'A' * 24}")
    assert person.refused(person.connect) == "unknown_link"


@pytest.mark.parametrize(("column", "code"), [("expires_at", "expired_link"), ("revoked_at", "link_revoked")])
def test_a_link_that_is_no_longer_good_is_refused(meeting, column, code):
    link = meeting.link()
    meeting.change_link(link, **{column: datetime.now(UTC) - timedelta(hours=1)})
    person = Person(meeting.installation.url, link)
    assert person.refused(person.connect) == code


def test_who_is_inside_comes_back_after_the_link_was_revoked_and_nobody_new(meeting, come):
    link = meeting.link()
    sam = come(meeting, "Sam", link=link)
    meeting.change_link(link, revoked_at=datetime.now(UTC) - timedelta(minutes=1))
    sam.go()
    assert sam.come_back()["resumed"] is True
    kim = come(meeting, enter=False, link=link)
    assert kim.refused(lambda: kim.enter("Kim")) == "link_revoked"


def test_an_ended_meeting_is_refused(meeting, come):
    meeting.change(state=MeetingState.ENDED)
    person = come(meeting, enter=False)
    assert person.refused(lambda: person.enter("Sam")) == "meeting_ended"


def test_a_full_room_is_refused_where_the_tenant_made_the_class_a_limit(installation, come):
    meeting = installation.meeting(room_class=RoomClass.S)
    installation.tenant(class_is_limit=True)
    try:
        for number in range(5):
            come(meeting, f"P{number}")
        sixth = come(meeting, enter=False)
        assert sixth.refused(lambda: sixth.enter("Sam")) == "room_full"
    finally:
        installation.tenant(class_is_limit=False)


@pytest.mark.parametrize("name", ["", "   ", "x" * 5000, None, 5, [], {"a": 1}, "\u202e\u200b", "\ud800"])
def test_a_bad_name_is_refused(meeting, come, name):
    person = come(meeting, enter=False)
    assert person.refused(lambda: person.enter(name)) == "bad_name"


def test_html_in_a_name_and_in_the_chat_stays_text(meeting, come, lea):
    sam = come(meeting, "<img src=x onerror=alert(1)>")
    sam.act("chat_send", {"text": "<script>alert(1)</script>"})
    assert lea.heard("joined")["data"]["participant"]["name"] == "<img src=x onerror=alert(1)>"
    assert lea.heard("chat_sent")["data"]["text"] == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "bad_payload"),
        ("x", "bad_payload"),
        ([], "bad_payload"),
        ({}, "bad_payload"),
        ({"id": "a1", "act": None, "data": {}}, "unknown_act"),
        ({"id": "a1", "act": ["x"], "data": {}}, "unknown_act"),
        ({"id": "a1", "act": "no_such_act", "data": {}}, "unknown_act"),
        ({"id": "a1", "act": "publish_track", "data": {}}, "unknown_act"),
        ({"id": "x" * 500, "act": "raise_hand", "data": {}}, "bad_payload"),
        ({"id": "a1", "act": "raise_hand", "data": {"unexpected": 1}}, "bad_payload"),
        ({"id": "a1", "act": "raise_hand", "data": "x"}, "bad_payload"),
        ({"id": "a1", "act": "chat_send", "data": {"text": "x" * 4001}}, "bad_payload"),
        ({"id": "a1", "act": "chat_send", "data": {"text": "x" * 100_000}}, "too_large"),
        ({"id": "a1", "act": "lock", "data": {}}, "not_allowed"),
        ({"id": "a1", "act": "screen_share.no_such", "data": {}}, "unknown_act"),
    ],
)
def test_a_bad_act_is_refused(meeting, come, lea, data, code):
    sam = come(meeting, "Sam")
    before = lea.ask("since", {"seq": -1})["seq"]
    assert sam.refused(lambda: sam.ask("act", data)) == code
    assert lea.ask("since", {"seq": -1})["seq"] == before


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("since", {"seq": "x"}),
        ("since", {"seq": 10**30}),
        ("since", None),
        ("media", {"method": 5}),
        ("media", None),
        ("signal", {"kind": "<script>"}),
        ("enter", "x"),
    ],
)
def test_a_malformed_message_is_refused(meeting, come, message, data):
    sam = come(meeting, "Sam")
    assert sam.refused(lambda: sam.ask(message, data)) == "bad_payload"


@pytest.mark.parametrize(
    "message", ["nonsense", "trigger_event", "connect", "disconnect", "__class__", "on_act", ""]
)
def test_a_message_of_another_name_does_nothing(meeting, come, lea, message):
    sam = come(meeting, "Sam")
    sam.socket.emit(message, {"x": 1}, namespace="/room")
    sam.act("raise_hand")
    assert lea.heard("hand_raised")
    assert "connection_lost" not in lea.kinds()


@pytest.mark.parametrize("message", ["act", "since", "signal", "media"])
def test_nothing_is_done_for_who_has_not_entered(meeting, come, message):
    sam = come(meeting, enter=False)
    data = {"act": {"act": "raise_hand", "id": "a"}, "since": {"seq": 0}, "signal": {"kind": "typing"}}.get(
        message, {"method": "join"}
    )
    assert sam.refused(lambda: sam.ask(message, data)) == "not_in_room"


def test_who_waits_can_do_nothing_either(installation, come):
    sam = come(installation.meeting(wait_for_presenter=True), "Sam")
    assert sam.refused(lambda: sam.act("chat_send", {"text": "let me in"})) == "not_in_room"
    assert sam.refused(lambda: sam.ask("since", {"seq": -1})) == "not_in_room"


def test_a_socket_holds_one_place(meeting, come):
    sam = come(meeting, "Sam")
    assert sam.refused(lambda: sam.enter("Kim")) == "bad_payload"


@pytest.mark.parametrize("secret", ["", "x", "x" * 5000, None])
def test_another_persons_place_needs_their_secret(meeting, come, lea, secret):
    thief = come(meeting, enter=False)
    asked = {"name": "Léa", "participant": {"id": lea.id, "secret": secret, "seq": 0}}
    assert thief.refused(lambda: thief.ask("enter", asked)) in ("unknown_participant", "bad_payload")
    assert lea.act("raise_hand")


def test_a_place_in_one_meeting_is_none_in_another(installation, come, lea):
    thief = come(installation.meeting(), enter=False)
    asked = {"name": "Léa", "participant": {"id": lea.id, "secret": lea.me["secret"], "seq": 0}}
    assert thief.refused(lambda: thief.ask("enter", asked)) == "unknown_participant"


def test_a_thousand_acts_in_a_second_are_refused_and_nobody_else_waits(meeting, come, lea):
    sam = come(meeting, "Sam")
    kim = come(meeting, "Kim")
    answers: list[dict[str, Any]] = []
    for number in range(1000):
        sam.socket.emit(
            "act",
            {"id": f"flood{number}", "act": "chat_send", "data": {"text": "flood"}},
            namespace="/room",
            callback=answers.append,
        )
    began = time.monotonic()
    kim.act("raise_hand")
    waited_s = time.monotonic() - began
    sam.wait_for(lambda: len(answers) == 1000, 30)
    refused = [answer["error"]["code"] for answer in answers if not answer["ok"]]
    assert set(refused) == {"too_fast"}
    assert len(refused) > 900
    assert len([kind for kind in lea.kinds() if kind == "chat_sent"]) < 100
    print(f"somebody else's act took {waited_s * 1000:.0f} ms meanwhile")
    assert waited_s < 2


def test_a_message_above_every_limit_closes_its_own_socket_alone(meeting, come, lea):
    sam = come(meeting, "Sam")
    sam.socket.emit(
        "act", {"id": "a", "act": "chat_send", "data": {"text": "x" * 2_000_000}}, namespace="/room"
    )
    sam.told("disconnect")
    assert lea.act("raise_hand")


@pytest.mark.parametrize(
    "packet",
    [
        "nonsense",
        "9",
        "4",
        "42",
        "42/room,",
        "42/room,[",
        "42/room,{}",
        "42/room,[[1]]",
        "43/room,99999[]",
        "45/room,9-[]",
        "451-/room,[1]",
        '42/other,["act"]',
        "42/room," + "[" * 100_000,
        "40/other,{}",
        "41/room,",
    ],
)
def test_a_malformed_packet_harms_at_most_its_own_socket(meeting, come, lea, packet):
    sam = come(meeting, "Sam")
    sam.socket.eio.ws.send(packet)
    assert lea.act("lower_hand")
    assert come(meeting, "Kim").entered["status"] == "entered"


def test_the_person_is_told_what_did_not_fit(meeting, come):
    sam = come(meeting, "Sam")
    with pytest.raises(Refused, match="text"):
        sam.act("chat_send", {"text": 5})
