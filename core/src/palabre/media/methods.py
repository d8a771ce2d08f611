"""The requests of the channel: their parameters and what they do. Each may be repeated without harm."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from palabre.media import lines
from palabre.media.engine import Engine
from palabre.media.errors import EngineError
from palabre.media.peer import Owner
from palabre.media.sdp.reader import LONGEST
from palabre.media.track import TrackSpec

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Sdp = Annotated[str, Field(max_length=LONGEST)]


class Params(BaseModel):
    """Base of all parameters: unknown ones are ignored, so that a newer web service can say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Hello(Params):
    """Who speaks, and which version of the channel."""

    version: int
    client: str = Field(max_length=200)


class Nothing(Params):
    """No parameters."""


class RoomParams(Params):
    """A room, by the public id of its meeting."""

    room: Id


class PeerParams(RoomParams):
    """A participant of a room."""

    peer: Id


class PublishedTrack(Params):
    """A section of a publisher's SDP and what it carries."""

    mid: str = Field(min_length=1, max_length=64)
    id: Id
    kind: Literal["audio", "video"]
    source: Id


class Publish(PeerParams):
    """``tracks`` is all that is published from now on; ``blocked`` ones are not forwarded."""

    sdp: Sdp
    tracks: list[PublishedTrack] = Field(max_length=64)
    blocked: list[Id] = Field(default_factory=list, max_length=256)


class Answer(PeerParams):
    """The answer to the offer with this revision."""

    sdp: Sdp
    revision: int


class Restart(PeerParams):
    """The PeerConnection that the browser gave up."""

    pc: Literal["publish", "subscribe"]


class Pause(RoomParams):
    """A track, published or yet to come."""

    track: Id
    paused: bool


class Statistics(Params):
    """Narrowed to a room, and in it to a peer."""

    room: Id | None = None
    peer: Id | None = None


Result = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Method:
    """A request that the engine knows."""

    params: type[Params]
    perform: Callable[[Engine, Owner, Any], Result]


def _hello(engine: Engine, owner: Owner, params: Hello) -> Result:
    if params.version != lines.VERSION:
        raise EngineError("unknown_version", f"this worker speaks version {lines.VERSION}")
    peers = [{"room": room.id, "peer": peer} for room in engine.rooms.values() for peer in room.peers]
    return {"version": lines.VERSION, "worker": os.getpid(), "rooms": list(engine.rooms), "peers": peers}


def _open_room(engine: Engine, owner: Owner, params: RoomParams) -> Result:
    engine.open_room(params.room)
    return {}


def _close_room(engine: Engine, owner: Owner, params: RoomParams) -> Result:
    engine.close_room(params.room)
    return {}


def _join(engine: Engine, owner: Owner, params: PeerParams) -> Result:
    return {"existing": engine.join(params.room, params.peer, owner)}


def _publish(engine: Engine, owner: Owner, params: Publish) -> Result:
    tracks = [TrackSpec(track.mid, track.id, track.kind, track.source) for track in params.tracks]
    return {"sdp": engine.publish(params.room, params.peer, params.sdp, tracks, params.blocked)}


def _subscribe(engine: Engine, owner: Owner, params: PeerParams) -> Result:
    engine.peer(params.room, params.peer).subscribe()
    return {}


def _answer(engine: Engine, owner: Owner, params: Answer) -> Result:
    subscription = engine.peer(params.room, params.peer).subscription
    if subscription is not None:
        subscription.answer(params.sdp, params.revision)
    return {}


def _restart(engine: Engine, owner: Owner, params: Restart) -> Result:
    engine.restart(params.room, params.peer, params.pc)
    return {}


def _pause(engine: Engine, owner: Owner, params: Pause) -> Result:
    engine.room(params.room).pause(params.track, params.paused)
    return {}


def _leave(engine: Engine, owner: Owner, params: PeerParams) -> Result:
    engine.leave(params.room, params.peer)
    return {}


def _stats(engine: Engine, owner: Owner, params: Statistics) -> Result:
    return engine.statistics(params.room, params.peer)


def _metrics(engine: Engine, owner: Owner, params: Nothing) -> Result:
    return engine.metrics()


METHODS: Mapping[str, Method] = {
    "hello": Method(Hello, _hello),
    "open_room": Method(RoomParams, _open_room),
    "close_room": Method(RoomParams, _close_room),
    "join": Method(PeerParams, _join),
    "publish": Method(Publish, _publish),
    "subscribe": Method(PeerParams, _subscribe),
    "answer": Method(Answer, _answer),
    "restart": Method(Restart, _restart),
    "pause": Method(Pause, _pause),
    "leave": Method(PeerParams, _leave),
    "stats": Method(Statistics, _stats),
    "metrics": Method(Nothing, _metrics),
}
