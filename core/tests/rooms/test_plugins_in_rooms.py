"""What plugins add to rooms, and that their faults stay theirs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from palabre.errors import Refused
from palabre.plugins.features import Feature
from palabre.plugins.health import State
from palabre.plugins.markers import API_VERSION, hookimpl
from palabre.rooms import Act, Nothing, RoomTransaction, Slice, TrackSource, everyone, presenters
from palabre.rooms.events import Event
from palabre.testing.room import HeadlessRoom


def _plugin(name: str = "poll", **hooks: Any) -> Any:
    """A plugin with hooks that return what is given, or are what is given when that can be called."""

    def implementation(hook: str, value: Any) -> Any:
        if callable(value):
            function = value
        else:

            def function() -> Any:
                return value

        function.__name__ = hook
        return hookimpl(function)

    feature = Feature(name=name, title=name, description=name, api_version=API_VERSION)
    return SimpleNamespace(
        feature=implementation("feature", feature),
        **{hook: implementation(hook, value) for hook, value in hooks.items()},
    )


def _vote(room: RoomTransaction, _payload: Nothing) -> None:
    room.append("poll.voted", {"participant": room.actor.id})


def _count(poll: dict[str, Any], _event: Event) -> None:
    poll["votes"] += 1


def _forget(poll: dict[str, Any], event: Event) -> None:
    poll["gone"].append(event.data["participant"])


POLL = Slice("poll", lambda: {"votes": 0, "gone": []}, {"poll.voted": _count, "left": _forget})
VOTE = Act("poll.vote", Nothing, everyone, _vote)


def _open(make_application: Any, *plugins: Any, **meeting: Any) -> HeadlessRoom:
    application = make_application({plugin.feature().name: plugin for plugin in plugins})
    return HeadlessRoom.make(application, **meeting)


def _health(room: HeadlessRoom, plugin: str = "poll") -> State:
    return room.application.plugins.health[plugin].state


def test_a_plugins_act_appends_its_event_and_changes_its_slice(make_application) -> None:
    room = _open(make_application, _plugin(room_acts=[VOTE], room_slice=POLL))
    lea = room.person("Léa", "presenter")
    lea.act("poll.vote")

    assert lea.heard("poll.voted") == [{"participant": lea.id}]
    assert lea.state()["slices"]["poll"] == {"votes": 1, "gone": []}


def test_a_slice_follows_the_cores_events(make_application) -> None:
    room = _open(make_application, _plugin(room_acts=[VOTE], room_slice=POLL))
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")
    sam.act("leave")

    assert lea.state()["slices"]["poll"]["gone"] == [sam.id]


def test_a_feature_that_is_off_has_neither_acts_nor_slice(make_application) -> None:
    room = _open(make_application, _plugin(room_acts=[VOTE], room_slice=POLL))
    room.tenant = room.tenant.with_features(frozenset())
    lea = room.person("Léa", "presenter")

    assert "poll" not in lea.state()["slices"]
    with pytest.raises(Refused) as refusal:
        lea.act("poll.vote")
    assert refusal.value.code == "unknown_act"


def test_the_features_of_an_open_room_stay(make_application) -> None:
    room = _open(make_application, _plugin(room_acts=[VOTE], room_slice=POLL))
    lea = room.person("Léa", "presenter")
    room.tenant = room.tenant.with_features(frozenset())

    lea.act("poll.vote")
    assert lea.state()["slices"]["poll"]["votes"] == 1


def test_a_demonstration_takes_the_features_of_its_next_opening(make_application) -> None:
    room = _open(make_application, _plugin(room_acts=[VOTE], room_slice=POLL), is_demonstration=True)
    with_poll, room.tenant = room.tenant, room.tenant.with_features(frozenset())
    room.person("Léa", "presenter").act("end_for_all")
    room.tenant = with_poll

    assert "poll" in room.person("Sam", "presenter").state()["slices"]


def test_a_slice_may_show_each_viewer_something_else(make_application) -> None:
    secret = Slice(
        "poll", lambda: {"key": 1}, {}, lambda value, viewer: value if viewer.role == "presenter" else {}
    )
    room = _open(make_application, _plugin(room_slice=secret))

    assert room.person("Léa", "presenter").state()["slices"]["poll"] == {"key": 1}
    assert room.person("Sam").state()["slices"]["poll"] == {}


def test_a_plugins_source_can_be_published_by_whom_its_rule_allows(make_application) -> None:
    source = TrackSource("screen", "video", presenters)
    room = _open(make_application, _plugin(track_sources=[source]))
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")

    assert lea.publish("screen", kind="video")
    with pytest.raises(Refused) as refusal:
        sam.publish("screen", kind="video")
    assert refusal.value.code == "not_allowed"
    lea.act("new_presenter", participant=sam.id)
    assert lea.me()["tracks"][0]["muted"] is True


def _broken_handler(_room: RoomTransaction, _payload: Nothing) -> None:
    raise RuntimeError("the plugin's own fault")


def _half_done(room: RoomTransaction, _payload: Nothing) -> None:
    room.append("poll.voted", {})
    raise Refused("poll_closed", "This poll is closed.")


def _impostor(room: RoomTransaction, _payload: Nothing) -> None:
    room.append("role_changed", {"participant": room.actor.id, "role": "presenter"})


@pytest.mark.parametrize(
    ("handler", "code"),
    [(_broken_handler, "plugin_failed"), (_half_done, "poll_closed"), (_impostor, "plugin_failed")],
)
def test_an_act_that_fails_leaves_nothing_behind(make_application, handler, code: str) -> None:
    plugin = _plugin(room_acts=[Act("poll.vote", Nothing, everyone, handler)], room_slice=POLL)
    room = _open(make_application, plugin)
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")
    before = sam.state()
    with pytest.raises(Refused) as refusal:
        sam.act("poll.vote")

    assert refusal.value.code == code
    assert sam.state() == before
    sam.act("chat_send", text="The room goes on", to="all")
    assert len(lea.heard("chat_sent")) == 1


def _choke(_poll: Any, _event: Event) -> None:
    raise RuntimeError("cannot digest this")


def test_a_slice_that_fails_closes_no_room(make_application) -> None:
    broken = Slice("poll", dict, {"left": _choke, "joined": _choke})
    room = _open(make_application, _plugin(room_slice=broken))
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")
    sam.act("leave")

    assert [one["name"] for one in lea.state()["participants"]] == ["Léa"]
    assert _health(room) is State.UNHEALTHY


def test_a_view_that_fails_hides_that_slice_only(make_application) -> None:
    room = _open(make_application, _plugin(room_slice=Slice("poll", dict, {}, lambda _value, _viewer: 1 / 0)))

    assert set(room.person("Léa", "presenter").state()["slices"]) == {"chat"}
    assert _health(room) is State.UNHEALTHY


@pytest.mark.parametrize(
    "hooks",
    [
        {"room_acts": [Act("vote", Nothing, everyone, _vote)]},
        {"room_acts": [Act("chat_send", Nothing, everyone, _vote)]},
        {"room_acts": [VOTE, VOTE]},
        {"room_slice": Slice("chat", dict, {})},
        {"room_slice": Slice("poll", lambda: 1 / 0, {})},
        {"track_sources": [TrackSource("microphone", "audio", everyone)]},
        {"room_acts": "nonsense"},
    ],
)
def test_what_a_plugin_may_not_contribute_is_dropped_and_the_room_opens(make_application, hooks) -> None:
    room = _open(make_application, _plugin(**hooks), _plugin("quiz", room_slice=Slice("quiz", dict, {})))
    lea = room.person("Léa", "presenter")
    lea.act("chat_send", text="Hello", to="all")

    assert _health(room) is State.UNHEALTHY
    assert set(lea.state()["slices"]) == {"chat", "quiz"}


def test_a_guard_keeps_a_room_closed(make_application) -> None:
    def meeting_starting() -> None:
        raise Refused("no_credit", "There is no credit left for this meeting.")

    room = _open(make_application, _plugin(meeting_starting=meeting_starting))
    with pytest.raises(Refused) as refusal:
        room.person("Léa", "presenter")

    assert refusal.value.code == "no_credit"
    assert (room.journal(), room.meeting.started_at) == ([], None)


def test_a_guard_keeps_somebody_out(make_application) -> None:
    def participant_joining(joiner: Any) -> None:
        if joiner.name == "Sam":
            raise Refused("not_invited", "You are not invited.")

    room = _open(make_application, _plugin(participant_joining=participant_joining))
    lea = room.person("Léa", "presenter")
    with pytest.raises(Refused):
        room.person("Sam")

    assert len(lea.state()["participants"]) == 1


def test_plugins_are_told_what_happened_after_it_did(make_application) -> None:
    told: list[str] = []

    def meeting_started(meeting: Any) -> None:
        told.append(f"started {meeting.name}")

    def participant_joined(name: str) -> None:
        told.append(f"joined {name}")

    def participant_left(reason: str) -> None:
        told.append(f"left {reason}")

    def meeting_ended() -> None:
        told.append("ended")

    def event_recorded(event: Event) -> None:
        told.append(event.kind)
        raise RuntimeError("whoever is told cannot stop anything")

    room = _open(
        make_application,
        _plugin(
            meeting_started=meeting_started,
            participant_joined=participant_joined,
            participant_left=participant_left,
            meeting_ended=meeting_ended,
            event_recorded=event_recorded,
        ),
    )
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")
    sam.act("leave")
    lea.act("end_for_all")

    assert told == [
        *["started Budget review", "opened", "joined Léa", "joined"],
        *["joined Sam", "joined", "left left", "left", "ended", "ended"],
    ]
