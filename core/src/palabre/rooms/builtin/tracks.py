"""Tracks: publishing, muting one's own, and muting others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import gettext as _
from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Nothing, Payload, Rate, RoomTransaction, TrackSource
from palabre.rooms.builtin.targets import Someone, present
from palabre.rooms.media import track_id
from palabre.rooms.rules import everyone, may_speak, presenters
from palabre.rooms.state import Participant, Track

MICROPHONE = TrackSource("microphone", "audio", may_speak)
CAMERA = TrackSource("camera", "video", everyone)


class NewTrack(Payload):
    """A track about to be sent. The right to its source is checked where the room's sources are known."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    kind: Literal["audio", "video"]
    source: str = Field(max_length=64)
    muted: bool = False


class Publication(Payload):
    """What is published."""

    track: NewTrack


class OneTrack(Payload):
    """An act about one's own track."""

    track: str = Field(max_length=64)


class Muting(OneTrack):
    """A track, and whether it is to be silent."""

    muted: bool


def publish_track(room: RoomTransaction, payload: Publication) -> None:
    """Announce a track; one for each source. Without the right to the source it can only be announced closed."""
    given = payload.track
    source = room.sources.get(given.source)
    if source is None or source.kind != given.kind:
        raise NotAllowed("not_allowed", _("This meeting does not know what you want to show."))
    if not given.muted:
        _require(source, room)
    track = Track(given.id or track_id(room.actor.id, given.source), given.kind, given.source, given.muted)
    known = room.actor.track(given.source)
    if known is not None and known.id == track.id:
        return
    if room.state.owner_of(track.id) is not None:
        raise Refused("bad_payload", _("Another track bears this identifier."))
    if known is not None:
        room.append("track_unpublished", {"participant": room.actor.id, "track": known.id})
    room.append("track_published", {"participant": room.actor.id, "track": asdict(track)})


def unpublish_track(room: RoomTransaction, payload: OneTrack) -> None:
    """Withdraw a track."""
    if any(track.id == payload.track for track in room.actor.tracks):
        room.append("track_unpublished", {"participant": room.actor.id, "track": payload.track})


def set_track_muted(room: RoomTransaction, payload: Muting) -> None:
    """Close or open one's own track. Opening a microphone needs the right to speak."""
    track = next((track for track in room.actor.tracks if track.id == payload.track), None)
    if track is None:
        raise NotFound("unknown_track", _("This microphone or camera is not connected any more."))
    if track.muted == payload.muted:
        return
    if payload.muted:
        _mute(room, room.actor, track)
        return
    _require(room.sources[track.source], room)
    room.append("track_unmuted", {"participant": room.actor.id, "track": track.id})


def mute(room: RoomTransaction, payload: Someone) -> None:
    """Close somebody's microphone. Only they can open it again."""
    person = present(room, payload.participant)
    track = person.track(MICROPHONE.name)
    if track is not None and not track.muted:
        _mute(room, person, track)


def mute_all(room: RoomTransaction, _payload: Nothing) -> None:
    """Close every microphone but one's own."""
    for person in list(room.state.participants.values()):
        track = person.track(MICROPHONE.name)
        if person.id != room.actor.id and track is not None and not track.muted:
            _mute(room, person, track)


def close_what_is_not_allowed(room: RoomTransaction) -> None:
    """Close every open track whose owner may not send it any more, after whatever an act changed."""
    for person in list(room.state.participants.values()):
        for track in person.tracks:
            source = room.sources.get(track.source)
            if not track.muted and (source is None or not source.allowed.check(room.state, person).allowed):
                room.append("track_muted", {"participant": person.id, "track": track.id, "by": None})


def _require(source: TrackSource, room: RoomTransaction) -> None:
    verdict = source.allowed.check(room.state, room.actor)
    if not verdict.allowed:
        raise NotAllowed("not_allowed", verdict.message)


def _mute(room: RoomTransaction, person: Participant, track: Track) -> None:
    room.append("track_muted", {"participant": person.id, "track": track.id, "by": room.actor.id})


@hookimpl
def room_acts() -> list[Act]:
    """What concerns tracks."""
    often = Rate(per_second=5, burst=40)
    return [
        Act("publish_track", Publication, everyone, publish_track, often, from_media=True),
        Act("unpublish_track", OneTrack, everyone, unpublish_track, often, from_media=True),
        Act("set_track_muted", Muting, everyone, set_track_muted),
        Act("mute", Someone, presenters, mute),
        Act("mute_all", Nothing, presenters, mute_all),
    ]


@hookimpl
def track_sources() -> list[TrackSource]:
    """Microphone and camera."""
    return [MICROPHONE, CAMERA]
