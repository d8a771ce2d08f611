"""Between the browsers' PeerConnections and the media engine: who may send what, and what the engine tells whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from palabre.application import Application
from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import gettext as _
from palabre.media.client import MediaError, MediaUnavailable
from palabre.rooms import do_act, media_rights, track_id
from palabre.rooms.media import MediaRights
from palabre.tenants.scope import tenant_scope
from palabre_webui.room.connection import Connection, Place
from palabre_webui.room.engines import Engines
from palabre_webui.room.forwarding import Forwarding
from palabre_webui.room.hall import Hall
from palabre_webui.room.ice import ice_servers
from palabre_webui.room.messages import Answer, MediaRequest, Publish, Restart, Unpublish, parse
from palabre_webui.room.sockets import Sockets

log = structlog.get_logger(__name__)


class MediaDoor:
    """Answers what browsers ask of the engine, and passes on what the engine says."""

    def __init__(
        self, application: Application, hall: Hall, sockets: Sockets, engines: Engines, forwarding: Forwarding
    ) -> None:
        self._application = application
        self._hall = hall
        self._sockets = sockets
        self._engines = engines
        self._forwarding = forwarding
        self._methods: dict[str, Callable[[Connection, Place, dict[str, Any]], dict[str, Any]]] = {
            "join": self._join,
            "publish": self._publish,
            "unpublish": self._unpublish,
            "answer": self._answer,
            "restart": self._restart,
            "stats": self._stats,
            "leave": self._leave,
        }

    def request(self, connection: Connection, request: MediaRequest) -> dict[str, Any]:
        """The result of a browser's request.

        :raises Refused: ``media_unavailable`` while the engine is away, ``bad_sdp``, ``not_allowed`` …
        """
        method = self._methods.get(request.method)
        if method is None:
            raise NotFound("unknown_method", _("The media engine does not know how to do that."))
        place = connection.place
        if place is None or place.waiting:
            raise NotAllowed("not_in_room", _("You are not in this meeting any more. Join again."))
        with connection.media_in_order, engine_refusals():
            return method(connection, place, request.params)

    def relays(self, user: str) -> list[dict[str, Any]]:
        """The relays, with credentials for one participant."""
        return ice_servers(self._application.settings.turn, user=user, now=self._application.clock.now())

    def notified(self, _number: int, what: str, params: dict[str, Any]) -> None:
        """The engine says something; it goes to whom it concerns."""
        if what == "speakers":
            said = {name: params.get(name) for name in ("ranked", "dominant", "levels")}
            for audience in list(self._hall.audiences.values()):
                if audience.room == params["room"]:
                    self._sockets.send(audience.everybody, "media", {"event": what, "data": said})
            return
        connection = self._hall.places.get(params.get("peer", ""))
        if connection is not None and connection.place is not None and not connection.place.waiting:
            said = {name: value for name, value in params.items() if name not in ("room", "peer")}
            self._sockets.send(connection.sid, "media", {"event": what, "data": said})

    def worker_changed(self, number: int, up: bool) -> None:
        """A worker came or went: its rooms are told, and go on without sound and picture meanwhile."""
        log.info("media_worker", number=number, up=up)
        self._forwarding.forget_worker(number)
        for audience in list(self._hall.audiences.values()):
            if self._engines.number_of(audience.room) == number:
                message: dict[str, Any] = {"event": "back" if up else "lost", "data": {}}
                self._sockets.send(audience.everybody, "media", message)
                if up:
                    self._forwarding.look(audience.meeting_id, audience.room)

    def _join(self, _connection: Connection, place: Place, _params: dict[str, Any]) -> dict[str, Any]:
        self._engines.call(place.room, "open_room")
        joined = self._engines.call(place.room, "join", peer=place.participant)
        self._forwarding.joined(place.room, place.participant)
        self._engines.call(place.room, "subscribe", peer=place.participant)
        self._forwarding.look(place.meeting_id, place.room)
        return {"ice_servers": self.relays(place.participant), "existing": bool(joined["existing"])}

    def _publish(self, connection: Connection, place: Place, params: dict[str, Any]) -> dict[str, Any]:
        wanted = parse(Publish, params)
        rights, mine = self._rights(place)
        tracks = [
            {
                "mid": one.mid,
                "id": track_id(place.participant, one.source),
                "kind": one.kind,
                "source": one.source,
            }
            for one in wanted.tracks
        ]
        new = [track for track in tracks if track["id"] not in mine]
        for track in new:
            verdict = rights.may_publish(track["source"])
            if not verdict.allowed:
                raise NotAllowed("not_allowed", verdict.message)
        # New tracks are held back until the room knows of them.
        blocked = [track["id"] for track in tracks if track in new or track["id"] in rights.blocked]
        answer = self._engines.call(
            place.room, "publish", peer=place.participant, sdp=wanted.sdp, tracks=tracks, blocked=blocked
        )
        self._forwarding.told(place.room, {track["id"]: track["id"] in blocked for track in tracks})
        for track in new:
            told = {"id": track["id"], "kind": track["kind"], "source": track["source"]}
            self._act(connection, place, "publish_track", {"track": told})
        for gone in mine - {track["id"] for track in tracks}:
            self._act(connection, place, "unpublish_track", {"track": gone})
        self._forwarding.look(place.meeting_id, place.room)
        return {
            "sdp": answer["sdp"],
            "tracks": [{"mid": track["mid"], "id": track["id"]} for track in tracks],
        }

    def _unpublish(self, connection: Connection, place: Place, params: dict[str, Any]) -> dict[str, Any]:
        track = parse(Unpublish, params).track
        self._act(connection, place, "unpublish_track", {"track": track})
        self._engines.call(place.room, "pause", track=track, paused=True)
        return {}

    def _answer(self, _connection: Connection, place: Place, params: dict[str, Any]) -> dict[str, Any]:
        answer = parse(Answer, params)
        self._engines.call(
            place.room, "answer", peer=place.participant, sdp=answer.sdp, revision=answer.revision
        )
        return {}

    def _restart(self, _connection: Connection, place: Place, params: dict[str, Any]) -> dict[str, Any]:
        self._engines.call(place.room, "restart", peer=place.participant, pc=parse(Restart, params).pc)
        return {}

    def _stats(self, _connection: Connection, place: Place, _params: dict[str, Any]) -> dict[str, Any]:
        report: dict[str, Any] = self._engines.call(place.room, "stats", peer=place.participant)
        return report

    def _leave(self, connection: Connection, place: Place, _params: dict[str, Any]) -> dict[str, Any]:
        for track in self._rights(place)[1]:
            self._act(connection, place, "unpublish_track", {"track": track})
        self._engines.call(place.room, "leave", peer=place.participant)
        return {}

    def _rights(self, place: Place) -> tuple[MediaRights, set[str]]:
        """What the participant may publish, and the tracks it has published."""
        application = self._application
        with tenant_scope(None), application.db.reading() as session:
            rights = media_rights(
                session, application.rooms, meeting_id=place.meeting_id, participant=place.participant
            )
            with application.rooms.read(session, place.meeting_id) as (_meeting, _registry, state):
                person = state.participants.get(place.participant)
                return rights, {track.id for track in person.tracks} if person else set()

    def _act(self, connection: Connection, place: Place, act: str, payload: dict[str, Any]) -> None:
        with tenant_scope(connection.scope):
            performed = do_act(
                self._application.db,
                self._application.rooms,
                participant=place.participant,
                act=act,
                act_id=uuid.uuid4().hex,
                payload=payload,
                from_media=True,
            )
        self._hall.publish(performed)


@contextmanager
def engine_refusals() -> Iterator[None]:
    """Turn what the engine says in the block into what a person can act on."""
    try:
        yield
    except MediaUnavailable as error:
        raise _unavailable() from error
    except MediaError as error:
        if error.code in ("unknown_room", "unknown_peer"):  # it started anew, and the browser is not back yet
            raise _unavailable() from error
        if error.code == "bad_params":
            raise Refused("bad_payload", _("This does not fit the media engine.")) from error
        log.info("media_engine_refused", code=error.code, reason=error.message)
        raise Refused(
            error.code or "media_failed",
            _("Your browser's sound and picture could not be connected. Load the page again."),
        ) from error


def _unavailable() -> Refused:
    """The engine is away."""
    return Refused(
        "media_unavailable", _("Sound and picture are interrupted. They come back by themselves in a moment.")
    )
