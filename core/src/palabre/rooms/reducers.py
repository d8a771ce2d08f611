"""What each of the core's events does to the state of a room."""

from __future__ import annotations

from collections.abc import Callable

from palabre.rooms.events import Event
from palabre.rooms.state import MeetingSettings, Participant, RoomState, Track, Waiting

Reducer = Callable[[RoomState, Event], None]


def _opened(state: RoomState, event: Event) -> None:
    given = event.data["meeting"]
    state.meeting = MeetingSettings(
        id=state.meeting.id,
        name=given["name"],
        room_class=given["room_class"],
        microphones=given["microphones"],
        wait_for_presenter=given["wait_for_presenter"],
        started_at=event.at.isoformat(),
    )
    state.participants.clear()


def _ended(state: RoomState, _event: Event) -> None:
    state.meeting.ended = True
    state.participants.clear()
    state.waiting.clear()


def _joined(state: RoomState, event: Event) -> None:
    given = event.data["participant"]
    state.waiting.pop(given["id"], None)
    state.participants[given["id"]] = Participant(
        id=given["id"], name=given["name"], role=given["role"], joined_at=given["joined_at"], via=given["via"]
    )


def _left(state: RoomState, event: Event) -> None:
    state.participants.pop(event.data["participant"], None)


def _connection_lost(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].connected = False


def _came_back(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].connected = True


def _waiting(state: RoomState, event: Event) -> None:
    given = event.data["waiting"]
    state.waiting[given["id"]] = Waiting(given["id"], given["name"], given["since"], given["reason"])


def _waiting_ended(state: RoomState, event: Event) -> None:
    state.waiting.pop(event.data["participant"], None)


def _locked(state: RoomState, event: Event) -> None:
    state.meeting.locked = event.kind == "locked"


def _microphones_set(state: RoomState, event: Event) -> None:
    state.meeting.microphones = event.data["mode"]


def _role_changed(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].role = event.data["role"]


def _renamed(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].name = event.data["name"]


def _hand_raised(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].hand_raised_at = event.at.isoformat()


def _hand_lowered(state: RoomState, event: Event) -> None:
    state.participants[event.data["participant"]].hand_raised_at = None


def _floor_given(state: RoomState, event: Event) -> None:
    person = state.participants[event.data["participant"]]
    person.floor, person.floor_may_show = True, event.data["may_show"]
    person.hand_raised_at = None


def _floor_taken(state: RoomState, event: Event) -> None:
    person = state.participants[event.data["participant"]]
    person.floor = person.floor_may_show = False


def _track_published(state: RoomState, event: Event) -> None:
    person = state.participants[event.data["participant"]]
    given = event.data["track"]
    person.tracks.append(Track(given["id"], given["kind"], given["source"], given["muted"]))


def _track_unpublished(state: RoomState, event: Event) -> None:
    person = state.participants[event.data["participant"]]
    person.tracks = [track for track in person.tracks if track.id != event.data["track"]]


def _track_muted(state: RoomState, event: Event) -> None:
    found = state.owner_of(event.data["track"])
    if found:
        found[1].muted = event.kind == "track_muted"


CORE: dict[str, Reducer] = {
    "opened": _opened,
    "ended": _ended,
    "joined": _joined,
    "left": _left,
    "connection_lost": _connection_lost,
    "came_back": _came_back,
    "waiting": _waiting,
    "waiting_ended": _waiting_ended,
    "admitted": _waiting_ended,
    "locked": _locked,
    "unlocked": _locked,
    "microphones_set": _microphones_set,
    "role_changed": _role_changed,
    "renamed": _renamed,
    "hand_raised": _hand_raised,
    "hand_lowered": _hand_lowered,
    "floor_given": _floor_given,
    "floor_taken": _floor_taken,
    "track_published": _track_published,
    "track_unpublished": _track_unpublished,
    "track_muted": _track_muted,
    "track_unmuted": _track_muted,
}
