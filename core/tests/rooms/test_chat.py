"""Chat and reactions."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.testing.room import VirtualParticipant


def _texts(person: VirtualParticipant) -> list[str]:
    return [message["text"] for message in person.state()["slices"]["chat"]["messages"]]


def test_a_message_to_all_is_read_by_all(lea, sam, ana) -> None:
    sam.act("chat_send", text="Hello", to="all")

    message = ana.state()["slices"]["chat"]["messages"][0]
    assert {key: message[key] for key in ("from", "from_name", "text", "to")} == {
        "from": sam.id,
        "from_name": "Sam",
        "text": "Hello",
        "to": "all",
    }
    assert message["at"].startswith("2026-01-31T09:00:00")


def test_a_message_to_presenters_is_read_by_them_and_its_author(lea, sam, ana) -> None:
    sam.act("chat_send", text="Between us", to="presenters")

    assert (_texts(lea), _texts(sam), _texts(ana)) == (["Between us"], ["Between us"], [])
    assert [len(person.heard("chat_sent")) for person in (lea, sam)] == [1, 1]
    assert ana.read()[-1].keys() == {"seq", "kind"}


def test_who_comes_late_reads_what_was_said(lea, sam, room) -> None:
    sam.act("chat_send", text="Before you came", to="all")

    assert _texts(room.person("Ana")) == ["Before you came"]


def test_a_new_presenter_reads_what_presenters_were_told(lea, sam) -> None:
    lea.act("chat_send", text="Keep it short", to="presenters")
    assert _texts(sam) == []
    lea.act("change_role", participant=sam.id, role="presenter")

    assert _texts(sam) == ["Keep it short"]


def test_a_deleted_message_is_gone_for_all(lea, sam, ana) -> None:
    message = sam.act("chat_send", text="Oops", to="all").events[0].data["id"]
    lea.act("chat_delete", id=message)

    assert ana.heard("chat_deleted") == [{"id": message}]
    assert _texts(ana) == []


def test_nobody_deletes_what_they_cannot_read(lea, sam, ana) -> None:
    message = sam.act("chat_send", text="Between us", to="presenters").events[0].data["id"]

    with pytest.raises(Refused) as refusal:
        ana.act("chat_delete", id=message)
    assert refusal.value.code == "unknown_message"


def test_html_stays_text(lea, sam) -> None:
    sam.act("chat_send", text="<b>bold</b><script>alert(1)</script>", to="all")

    assert _texts(lea) == ["<b>bold</b><script>alert(1)</script>"]


@pytest.mark.parametrize(
    "data",
    [
        {"text": "", "to": "all"},
        {"text": " \n\t ", "to": "all"},
        {"text": "\u0007\u0000", "to": "all"},
        {"text": "x" * 4001, "to": "all"},
        {"text": "Hello", "to": "everybody"},
        {"text": ["Hello"], "to": "all"},
        {"text": "Hello", "to": "all", "bold": True},
        {"to": "all"},
    ],
)
def test_what_is_no_message_is_refused(lea, sam, data: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        sam.act("chat_send", **data)
    assert refusal.value.code == "bad_payload"


def test_the_longest_message_is_kept_whole(lea, sam) -> None:
    sam.act("chat_send", text="é" * 4000, to="all")

    assert _texts(lea) == ["é" * 4000]


def test_a_reaction_is_seen_and_leaves_no_state(lea, sam) -> None:
    before = lea.state()
    sam.act("react", reaction="clap")

    assert lea.heard("reacted") == [{"participant": sam.id, "reaction": "clap"}]
    assert lea.state() == before


def test_only_known_reactions_are_passed_on(sam) -> None:
    with pytest.raises(Refused):
        sam.act("react", reaction="rocket")
