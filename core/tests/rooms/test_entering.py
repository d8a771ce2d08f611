"""Coming in: names, waiting, sizes, demonstrations, coming back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palabre.application import Application
from palabre.errors import Refused
from palabre.model import LinkKind, MeetingState, RoomClass
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, VirtualParticipant, make_tables, make_tenant

LRM, RLO, NUL = "\u200e", "\u202e", "\u0000"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Léa", "Léa"),
        ("Le\u0301a", "Léa"),
        ("  Léa \n  Martin\t", "Léa Martin"),
        (f"Léa{RLO}nitraM", "LéanitraM"),
        (f"{NUL}Léa{LRM}\u0007", "Léa"),
        ("<b>Léa</b>", "<b>Léa</b>"),
        ("李雷", "李雷"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("é" * 80, "é" * 80),
    ],
)
def test_names_are_shown_as_they_are_meant(room: HeadlessRoom, given: str, shown: str) -> None:
    assert room.person(given, "presenter").me()["name"] == shown


@pytest.mark.parametrize(
    "given", ["", "   ", "\u200b\u200d", RLO, NUL, "\u0301\u0302", "x" * 81, "x" * 5000, None, 7, ["Léa"], {}]
)
def test_what_is_no_name_is_refused_with_a_sentence(room: HeadlessRoom, given: object) -> None:
    with pytest.raises(Refused) as refusal:
        room.person(given, "presenter")  # type: ignore[arg-type]

    assert refusal.value.code == "bad_name"
    assert refusal.value.message.endswith(".")
    assert room.journal() == []


def test_the_first_to_enter_opens_the_room(room: HeadlessRoom, clock: TestClock) -> None:
    assert room.meeting.state is MeetingState.PLANNED
    sam = room.person("Sam")

    assert room.meeting.state is MeetingState.LIVE
    assert sam.state()["meeting"] == {
        "id": room.meeting.public_id,
        "name": "Budget review",
        "room_class": "S",
        "microphones": "free",
        "wait_for_presenter": False,
        "locked": False,
        "started_at": clock.now().isoformat(),
        "ended": False,
    }


def test_the_others_get_everything_about_who_joins(lea, sam) -> None:
    joined = lea.heard("joined")[0]["participant"]

    assert joined == lea.sees(sam)


class TestWaiting:
    def test_guests_wait_for_a_presenter_where_the_meeting_asks_for_it(
        self, application: Application
    ) -> None:
        room = HeadlessRoom.make(application, wait_for_presenter=True)
        sam = room.person("Sam")
        assert (sam.status, sam.waiting_for) == ("waiting", "presenter")
        assert room.admissible() == []

        room.person("Léa", "presenter")
        assert room.admissible() == [sam.id]
        assert sam.come_back().status == "entered"

    def test_guests_wait_until_the_planned_start(self, application: Application, clock: TestClock) -> None:
        room = HeadlessRoom.make(application, starts_at=clock.now() + timedelta(minutes=10))
        sam = room.person("Sam")
        assert (sam.status, sam.waiting_for) == ("waiting", "not_started")

        clock.advance(minutes=10)
        assert room.admissible() == [sam.id]
        assert sam.come_back().status == "entered"

    def test_a_presenter_opens_before_the_planned_start(
        self, application: Application, clock: TestClock
    ) -> None:
        room = HeadlessRoom.make(application, starts_at=clock.now() + timedelta(minutes=10))
        sam = room.person("Sam")
        lea = room.person("Léa", "presenter")

        assert lea.status == "entered"
        assert room.admissible() == [sam.id]

    def test_long_before_the_start_guests_are_told_when_to_come(
        self, application: Application, clock: TestClock
    ) -> None:
        room = HeadlessRoom.make(application, starts_at=clock.now() + timedelta(days=2))

        with pytest.raises(Refused) as refusal:
            room.person("Sam")
        assert refusal.value.code == "not_started"

    def test_waiting_longer_than_the_lease_opens_no_door(
        self, room: HeadlessRoom, clock: TestClock, lea
    ) -> None:
        lea.act("lock")
        sam = room.person("Sam")
        clock.advance(seconds=21)
        room.renew(lea)
        room.sweep()
        assert lea.state()["waiting"] == []

        assert sam.come_back().status == "waiting"

    def test_asking_again_does_not_announce_anew(self, room: HeadlessRoom, lea) -> None:
        lea.act("lock")
        sam = room.person("Sam")
        sam.come_back()

        assert len(lea.heard("waiting")) == 1


class TestSize:
    def test_the_class_is_a_recommendation(self, application: Application) -> None:
        room = HeadlessRoom.make(application, room_class=RoomClass.S)
        people = [room.person(f"Person {number}", "presenter") for number in range(6)]

        assert len(people[0].state()["participants"]) == 6

    def test_the_class_is_a_limit_where_the_tenant_says_so(self, application: Application) -> None:
        make_tables(application)
        tenant = make_tenant(application, class_is_limit=True)
        room = HeadlessRoom.make(application, tenant=tenant, room_class=RoomClass.S)
        people = [room.person(f"Person {number}") for number in range(5)]

        with pytest.raises(Refused) as refusal:
            room.person("One too many")
        assert refusal.value.code == "room_full"
        assert "5" in refusal.value.message

        people[0].act("leave")
        assert room.person("One who fits").status == "entered"

    def test_a_full_room_takes_back_who_lost_the_connection(self, application: Application) -> None:
        make_tables(application)
        room = HeadlessRoom.make(application, tenant=make_tenant(application, class_is_limit=True))
        people = [room.person(f"Person {number}") for number in range(5)]
        people[0].drop()

        assert people[0].come_back().status == "entered"


class TestDemonstration:
    @pytest.fixture
    def demo(self, application: Application) -> HeadlessRoom:
        return HeadlessRoom.make(application, is_demonstration=True)

    @pytest.fixture
    def public(self, demo: HeadlessRoom) -> str:
        return demo.link(kind=LinkKind.PUBLIC)

    def test_the_first_to_enter_is_presenter_and_the_next_are_guests(
        self, demo: HeadlessRoom, public: str
    ) -> None:
        assert [demo.person(name, link=public).role for name in ("Léa", "Sam")] == ["presenter", "guest"]

    def test_when_the_presenter_leaves_the_longest_present_leads(
        self, demo: HeadlessRoom, public: str
    ) -> None:
        lea, sam, ana = (demo.person(name, link=public) for name in ("Léa", "Sam", "Ana"))
        lea.act("leave")

        assert (sam.me()["role"], ana.me()["role"]) == ("presenter", "guest")
        assert ana.heard("role_changed") == [{"participant": sam.id, "role": "presenter"}]

    def test_when_the_presenter_is_lost_the_longest_present_leads(
        self, demo: HeadlessRoom, public: str, clock: TestClock
    ) -> None:
        _lea, sam = (demo.person(name, link=public) for name in ("Léa", "Sam"))
        clock.advance(seconds=21)
        demo.renew(sam)
        demo.sweep()

        assert sam.me()["role"] == "presenter"

    def test_it_opens_again_fresh_after_its_end(self, demo: HeadlessRoom, public: str) -> None:
        lea = demo.person("Léa", link=public)
        lea.act("chat_send", text="Gone tomorrow", to="all")
        lea.act("set_microphones", mode="floor")
        lea.act("lock")
        lea.act("end_for_all")

        sam = demo.person("Sam", link=public)
        state = sam.state()
        assert sam.role == "presenter"
        assert [one["name"] for one in state["participants"]] == ["Sam"]
        assert state["slices"]["chat"] == {"messages": []}
        assert (state["meeting"]["locked"], state["meeting"]["microphones"]) == (False, "free")

    def test_it_is_fresh_again_when_everybody_has_left(self, demo: HeadlessRoom, public: str) -> None:
        lea = demo.person("Léa", link=public)
        lea.act("chat_send", text="Private thoughts", to="all")
        lea.act("leave")

        assert demo.person("Sam", link=public).state()["slices"]["chat"] == {"messages": []}


class TestComingBack:
    def test_the_same_participant_goes_on_and_misses_nothing(self, lea, sam) -> None:
        sam.read()
        sam.drop()
        lea.act("chat_send", text="While you were away", to="all")
        entered = sam.come_back()

        assert (entered.participant, entered.resumed) == (sam.id, True)
        assert [event["kind"] for event in sam.read()] == ["connection_lost", "chat_sent", "came_back"]

    def test_a_connection_that_never_broke_for_the_others_says_nothing(self, lea, sam) -> None:
        assert sam.come_back().events == ()

    def test_a_newer_connection_replaces_the_older(self, room: HeadlessRoom, lea, sam) -> None:
        older = sam.connection
        entered = sam.come_back()

        assert entered.replaced == older
        older_tab = VirtualParticipant(room, "Sam", sam.link)
        older_tab.id, older_tab.connection = sam.id, older
        assert room.renew(lea, sam, older_tab) == {lea.connection, sam.connection}
        assert older_tab.drop() is None
        assert lea.sees(sam)["connected"] is True

    @pytest.mark.parametrize("secret", ["", "wrong", "é\u0000", "\ud800", None, 7, ["wrong"], "x" * 100_000])
    def test_nobody_comes_back_as_somebody_else(self, lea, sam, secret) -> None:
        sam.secret = secret
        with pytest.raises(Refused) as refusal:
            sam.come_back()
        assert refusal.value.code == "unknown_participant"

    @pytest.mark.parametrize("stranger", ["", "nobody", "é\u0000", "\ud800", None, 7, {}])
    def test_nobody_comes_back_as_a_stranger(self, lea, sam, stranger) -> None:
        sam.id = stranger
        with pytest.raises(Refused) as refusal:
            sam.come_back()
        assert refusal.value.code == "unknown_participant"

    def test_nobody_comes_back_into_another_meeting(
        self, application: Application, room: HeadlessRoom, sam
    ) -> None:
        other = HeadlessRoom.make(application, tenant=room.tenant)
        sam.link = other.link()

        with pytest.raises(Refused) as refusal:
            sam.come_back()
        assert refusal.value.code == "unknown_participant"

    def test_who_left_comes_as_somebody_new(self, lea, sam) -> None:
        sam.act("leave")

        with pytest.raises(Refused) as refusal:
            sam.come_back()
        assert refusal.value.code == "unknown_participant"
        assert sam.enter().resumed is False

    def test_far_behind_one_gets_the_state(self, room: HeadlessRoom, lea, sam) -> None:
        behind = sam.seq
        for _ in range(260):
            lea.act("lock", unlimited=True)
            lea.act("unlock", unlimited=True)

        caught_up = sam.since(behind)
        assert caught_up.events is None
        assert caught_up.seq == len(room.journal())
        assert caught_up.state == sam.state()

    @pytest.mark.parametrize("seq", [-1, 10_000])
    def test_a_number_that_makes_no_sense_gives_the_state(self, sam, seq: int) -> None:
        assert sam.since(seq).state == sam.state()
