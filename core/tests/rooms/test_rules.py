"""Who may do what: the whole table, role by act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from palabre.errors import Refused
from palabre.testing.room import HeadlessRoom, VirtualParticipant

OK = ""


@dataclass
class Cast:
    """Who is on stage when a rule is tried.

    :param actor: of the role that is tried. :param guest: somebody else, with an open microphone and a raised hand.
    :param waiting: before the door of the locked room.
    """

    actor: VirtualParticipant
    guest: VirtualParticipant
    waiting: VirtualParticipant
    own_message: str
    others_message: str


Data = Callable[[Cast], dict[str, Any]]


def _nothing(_cast: Cast) -> dict[str, Any]:
    return {}


def _guest(cast: Cast) -> dict[str, Any]:
    return {"participant": cast.guest.id}


def _self(cast: Cast) -> dict[str, Any]:
    return {"participant": cast.actor.id}


#: act, its data, and what presenter, guest, and guest with the floor get
TABLE: list[tuple[str, Data, str, str, str]] = [
    ("leave", _nothing, OK, OK, OK),
    ("admit", lambda cast: {"participant": cast.waiting.id}, OK, "not_allowed", "not_allowed"),
    ("remove", _guest, OK, "not_allowed", "not_allowed"),
    ("remove", _self, "not_allowed", "not_allowed", "not_allowed"),
    ("lock", _nothing, OK, "not_allowed", "not_allowed"),
    ("unlock", _nothing, OK, "not_allowed", "not_allowed"),
    ("end_for_all", _nothing, OK, "not_allowed", "not_allowed"),
    (
        "change_role",
        lambda cast: {"participant": cast.guest.id, "role": "presenter"},
        OK,
        "not_allowed",
        "not_allowed",
    ),
    ("new_presenter", _guest, OK, "not_allowed", "not_allowed"),
    ("rename", lambda _cast: {"name": "Somebody else"}, OK, OK, OK),
    ("raise_hand", _nothing, OK, OK, OK),
    ("lower_hand", _nothing, OK, OK, OK),
    ("lower_hand", _guest, OK, "not_allowed", "not_allowed"),
    ("give_floor", _guest, OK, "not_allowed", "not_allowed"),
    ("take_floor", _guest, OK, "not_allowed", "not_allowed"),
    ("take_floor", _self, OK, OK, OK),
    ("set_microphones", lambda _cast: {"mode": "floor"}, OK, "not_allowed", "not_allowed"),
    ("mute", _guest, OK, "not_allowed", "not_allowed"),
    ("mute_all", _nothing, OK, "not_allowed", "not_allowed"),
    ("chat_send", lambda _cast: {"text": "Hello", "to": "all"}, OK, OK, OK),
    ("chat_send", lambda _cast: {"text": "Hello", "to": "presenters"}, OK, OK, OK),
    ("chat_delete", lambda cast: {"id": cast.own_message}, OK, OK, OK),
    ("chat_delete", lambda cast: {"id": cast.others_message}, OK, "not_allowed", "not_allowed"),
    ("react", lambda _cast: {"reaction": "clap"}, OK, OK, OK),
    (
        "publish_track",
        lambda _cast: {"track": {"kind": "audio", "source": "microphone"}},
        OK,
        "not_allowed",
        OK,
    ),
    ("publish_track", lambda _cast: {"track": {"kind": "video", "source": "camera"}}, OK, OK, OK),
    ("publish_track", lambda _cast: {"track": {"kind": "video", "source": "screen"}}, *["not_allowed"] * 3),
    (
        "publish_track",
        lambda _cast: {"track": {"kind": "video", "source": "microphone"}},
        *["not_allowed"] * 3,
    ),
]


def _cases() -> list[Any]:
    return [
        pytest.param(act, data, role, expected, id=f"{number}-{role}-{act}-{expected or 'ok'}")
        for number, (act, data, *verdicts) in enumerate(TABLE)
        for role, expected in zip(("presenter", "guest", "floor"), verdicts, strict=True)
    ]


@pytest.fixture
def cast(room: HeadlessRoom, lea: VirtualParticipant, sam: VirtualParticipant) -> Cast:
    sam.publish("microphone")
    sam.act("raise_hand")
    lea.act("lock")
    waiting = room.person("Kim")
    lea.act("unlock")
    others_message = lea.act("chat_send", text="From Léa", to="all").events[0].data["id"]
    return Cast(lea, sam, waiting, "", others_message)


@pytest.mark.parametrize(("act", "data", "role", "expected"), _cases())
def test_who_may_do_what(
    room: HeadlessRoom, cast: Cast, lea, act: str, data: Data, role: str, expected: str
) -> None:
    cast.actor = room.person("Ana", "presenter" if role == "presenter" else "guest")
    cast.own_message = cast.actor.act("chat_send", text="Mine", to="all").events[0].data["id"]
    if role == "floor":
        lea.act("give_floor", participant=cast.actor.id)
    if act == "publish_track":
        lea.act("set_microphones", mode="floor")

    def attempt() -> None:
        cast.actor.act(act, from_media=act == "publish_track", **data(cast))

    if expected == OK:
        attempt()
        return
    with pytest.raises(Refused) as refusal:
        attempt()
    assert refusal.value.code == expected
    assert refusal.value.message.endswith(".")


def test_the_table_names_every_act_of_the_core(room: HeadlessRoom, lea) -> None:
    with (
        room.application.db.reading() as session,
        room.application.rooms.read(session, room.meeting_id) as opened,
    ):
        acts = set(opened[1].acts)

    own_tests = {
        "unpublish_track",
        "set_track_muted",
    }  # tried in test_tracks.py: they need a track of one's own
    assert {row[0] for row in TABLE} | own_tests == acts
