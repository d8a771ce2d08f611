"""What a hostile or broken client sends: refused with a code, and the room is as before."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any

import pytest

from palabre.errors import Refused
from palabre.rooms import do_act
from palabre.rooms.limits import RateLimits
from palabre.tenants.scope import tenant_scope
from palabre.testing.room import HeadlessRoom, VirtualParticipant


def _nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"text": value}
    return value


def _send(person: VirtualParticipant, act: object, act_id: object, payload: object) -> None:
    with tenant_scope(person.room.tenant):
        do_act(
            person.room.application.db,
            person.room.application.rooms,
            participant=person.id,
            act=act,
            act_id=act_id,
            payload=payload,
        )


MESSAGE = {"text": "Hello", "to": "all"}


@pytest.mark.parametrize(
    ("act", "act_id", "payload", "code"),
    [
        ("no_such_act", "1", {}, "unknown_act"),
        ("joined", "1", {}, "unknown_act"),
        ("__class__", "1", {}, "unknown_act"),
        ("x" * 100_000, "1", {}, "unknown_act"),
        (None, "1", {}, "unknown_act"),
        (["chat_send"], "1", {}, "unknown_act"),
        ("chat_send", "", MESSAGE, "bad_payload"),
        ("chat_send", "x" * 65, MESSAGE, "bad_payload"),
        ("chat_send", "a b", MESSAGE, "bad_payload"),
        ("chat_send", "\u0000", MESSAGE, "bad_payload"),
        ("chat_send", None, MESSAGE, "bad_payload"),
        ("chat_send", 7, MESSAGE, "bad_payload"),
        ("chat_send", "1", None, "bad_payload"),
        ("chat_send", "1", [], "bad_payload"),
        ("chat_send", "1", "text", "bad_payload"),
        ("chat_send", "1", {"text": float("nan"), "to": "all"}, "bad_payload"),
        ("chat_send", "1", {"text": "\ud800", "to": "all"}, "bad_payload"),
        ("chat_send", "1", {"text": b"bytes", "to": "all"}, "bad_payload"),
        ("chat_send", "1", {"text": "x" * 40_000, "to": "all"}, "too_large"),
        ("chat_send", "1", _nested(5_000), "bad_payload"),
        ("raise_hand", "1", {"participant": "p"}, "bad_payload"),
        ("give_floor", "1", {"participant": {"id": 1}}, "bad_payload"),
        ("give_floor", "1", {"participant": "x" * 1000}, "bad_payload"),
        ("set_microphones", "1", {"mode": "silent"}, "bad_payload"),
        ("change_role", "1", {"participant": "p", "role": "operator"}, "bad_payload"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    room: HeadlessRoom, lea: VirtualParticipant, act: object, act_id: object, payload: object, code: str
) -> None:
    before = lea.state()
    with pytest.raises(Refused) as refusal:
        _send(lea, act, act_id, payload)

    assert refusal.value.code == code
    assert lea.state() == before
    lea.act("raise_hand")


def test_a_thousand_acts_in_a_second_are_refused_without_the_database(room: HeadlessRoom, lea, sam) -> None:
    database, milliseconds = room.application.db, itertools.count()
    room.application.rooms.limits = RateLimits(lambda: next(milliseconds) / 2000)
    opened = []
    transaction = database.transaction

    def counting() -> Any:
        opened.append("transaction")
        return transaction()

    database.transaction = counting  # type: ignore[method-assign]
    codes = []
    for number in range(1000):
        try:
            sam.act("react", f"{number}", reaction="clap")
        except Refused as refusal:
            codes.append(refusal.code)

    assert set(codes) == {"too_fast"}
    assert len(codes) > 990
    assert len(opened) < 100
    lea.act("raise_hand")


def test_one_persons_flood_slows_nobody_else(lea, sam, ana) -> None:
    for _ in range(1000):
        with suppress(Refused):
            sam.act("raise_hand")

    ana.act("chat_send", text="Still here", to="all")
    assert len(lea.heard("chat_sent")) == 1


def test_html_in_a_name_is_text(room: HeadlessRoom, lea) -> None:
    sam = room.person("<img src=x onerror=alert(1)>")

    assert lea.sees(sam)["name"] == "<img src=x onerror=alert(1)>"
