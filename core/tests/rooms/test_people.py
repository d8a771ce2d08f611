"""Who is in the room, in which role; locked doors; the end."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.model import MeetingState
from palabre.testing.room import HeadlessRoom, VirtualParticipant


def _names(person: VirtualParticipant) -> list[str]:
    return [one["name"] for one in person.state()["participants"]]


def test_people_are_listed_in_the_order_they_came(ana) -> None:
    assert _names(ana) == ["Léa", "Sam", "Ana"]


def test_somebody_who_leaves_is_gone_for_the_others(lea, sam) -> None:
    sam.act("leave")

    assert lea.heard("left") == [{"participant": sam.id, "reason": "left"}]
    assert _names(lea) == ["Léa"]


def test_who_has_left_can_do_nothing_more(lea, sam) -> None:
    sam.act("leave")

    with pytest.raises(Refused) as refusal:
        sam.act("chat_send", text="Still there?", to="all")
    assert refusal.value.code == "not_in_room"


def test_somebody_removed_is_gone_and_cannot_come_back(lea, sam) -> None:
    lea.act("remove", participant=sam.id)

    assert lea.heard("left") == [{"participant": sam.id, "reason": "removed"}]
    with pytest.raises(Refused) as refusal:
        sam.come_back()
    assert refusal.value.code == "removed"


def test_somebody_removed_waits_when_they_try_their_personal_link_again(room: HeadlessRoom, lea, sam) -> None:
    lea.act("remove", participant=sam.id)
    again = room.person("Sam", link=sam.link)

    assert (again.status, again.waiting_for) == ("waiting", "locked")
    lea.act("admit", participant=again.id)
    assert again.come_back().status == "entered"


def test_a_presenter_makes_a_guest_presenter(lea, sam) -> None:
    lea.act("change_role", participant=sam.id, role="presenter")

    assert sam.me()["role"] == "presenter"
    sam.act("lock")


def test_the_last_presenter_cannot_become_a_guest(lea, sam) -> None:
    with pytest.raises(Refused) as refusal:
        lea.act("change_role", participant=lea.id, role="guest")

    assert refusal.value.code == "last_presenter"


def test_one_of_two_presenters_can_become_a_guest(lea, sam) -> None:
    lea.act("change_role", participant=sam.id, role="presenter")
    lea.act("change_role", participant=lea.id, role="guest")

    assert lea.me()["role"] == "guest"


def test_the_new_presenter_leads_and_the_old_one_is_a_guest(lea, sam) -> None:
    lea.act("new_presenter", participant=sam.id)

    assert sam.heard("role_changed") == [
        {"participant": sam.id, "role": "presenter"},
        {"participant": lea.id, "role": "guest"},
    ]
    with pytest.raises(Refused):
        lea.act("lock")


def test_handing_over_to_oneself_changes_nothing(lea) -> None:
    assert lea.act("new_presenter", participant=lea.id).events == ()


def test_a_new_presenter_needs_neither_hand_nor_floor_any_more(lea, sam) -> None:
    lea.act("give_floor", participant=sam.id)
    sam.act("raise_hand")
    lea.act("change_role", participant=sam.id, role="presenter")

    assert (sam.me()["hand_raised_at"], sam.me()["floor"]) == (None, False)


def test_a_role_is_kept_over_a_lost_connection(room: HeadlessRoom, clock, lea, sam) -> None:
    lea.act("change_role", participant=sam.id, role="presenter")
    clock.advance(seconds=21)
    room.renew(lea)
    room.sweep()

    assert sam.come_back().role == "presenter"


def test_a_new_name_is_seen_by_all_and_cleaned(lea, sam) -> None:
    sam.act("rename", name="  Sam\u202e\n Smith ")

    assert lea.heard("renamed") == [{"participant": sam.id, "name": "Sam Smith"}]
    assert lea.sees(sam)["name"] == "Sam Smith"


def test_a_locked_room_lets_guests_wait_and_presenters_in(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    sam, ana = room.person("Sam"), room.person("Ana", "presenter")

    assert (sam.status, sam.waiting_for) == ("waiting", "locked")
    assert ana.status == "entered"


def test_presenters_see_who_waits_and_guests_do_not(room: HeadlessRoom, lea, sam) -> None:
    lea.act("lock")
    kim = room.person("Kim")

    assert [(one["id"], one["name"], one["reason"]) for one in lea.state()["waiting"]] == [
        (kim.id, "Kim", "locked")
    ]
    assert sam.state()["waiting"] == []
    assert sam.read()[-1] == {"seq": lea.read()[-1]["seq"], "kind": "hidden"}


def test_somebody_admitted_comes_in(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    sam = room.person("Sam")
    lea.act("admit", participant=sam.id)

    assert room.admissible() == [sam.id]
    assert sam.come_back().status == "entered"
    assert lea.state()["waiting"] == []


def test_all_who_wait_can_be_admitted_at_once(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    waiting = [room.person("Sam"), room.person("Ana")]
    lea.act("admit")

    assert [one.come_back().status for one in waiting] == ["entered", "entered"]


def test_unlocking_lets_in_who_waits(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    sam = room.person("Sam")
    assert room.admissible() == []
    lea.act("unlock")

    assert room.admissible() == [sam.id]
    assert sam.come_back().status == "entered"


def test_somebody_who_waits_can_be_sent_away(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    sam = room.person("Sam")
    lea.act("remove", participant=sam.id)

    assert lea.state()["waiting"] == []
    with pytest.raises(Refused) as refusal:
        sam.come_back()
    assert refusal.value.code == "removed"


def test_somebody_who_waits_can_do_nothing_in_the_room(room: HeadlessRoom, lea) -> None:
    lea.act("lock")
    sam = room.person("Sam")

    with pytest.raises(Refused) as refusal:
        sam.act("chat_send", text="Let me in", to="all")
    assert refusal.value.code == "not_in_room"


def test_the_end_is_the_end_for_all(room: HeadlessRoom, lea, sam) -> None:
    lea.act("end_for_all")

    assert sam.heard("ended") == [{}]
    assert room.meeting.state is MeetingState.ENDED
    for attempt in (sam.come_back, lambda: room.person("Ana")):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "meeting_ended"
