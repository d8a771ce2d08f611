"""Keeping the engine's forwarding what the room's rules say, after whatever happened.

Which tracks may pass is a function of the room's state. After each event it is computed anew and compared with
what the engine was told; only differences are sent. So a muted microphone is silent whatever its browser does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from palabre.application import Application
from palabre.media.client import MediaError, MediaUnavailable
from palabre.rooms import blocked_tracks
from palabre.tenants.scope import tenant_scope
from palabre_webui import concurrency
from palabre_webui.room.engines import Engines

log = structlog.get_logger(__name__)


@dataclass
class _Told:
    """What the engine knows from us about one room.

    :param blocked: by track, whether it was told to hold it back.
    :param peers: participants that joined the engine through this process.
    """

    blocked: dict[str, bool] = field(default_factory=dict)
    peers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Rules:
    """What the room's state says."""

    blocked: dict[str, bool]
    present: frozenset[str]


class Forwarding:
    """Tells the engine what to hold back and who has left. One run for a room at a time, in the background."""

    def __init__(self, application: Application, engines: Engines) -> None:
        self._application = application
        self._engines = engines
        self._told: dict[str, _Told] = {}
        self._due: dict[str, int] = {}
        self._running: set[str] = set()

    def look(self, meeting_id: int, room: str) -> None:
        """Something happened in a room: compare, soon."""
        if room not in self._told:
            return  # nobody's media go through this process
        self._due[room] = meeting_id
        if room not in self._running:
            self._running.add(room)
            concurrency.spawn(self._run, room)

    def joined(self, room: str, participant: str) -> None:
        """A participant has connections with the engine, through this process."""
        self._told.setdefault(room, _Told()).peers.add(participant)

    def told(self, room: str, blocked: dict[str, bool]) -> None:
        """The engine was told about these tracks on the way."""
        self._told.setdefault(room, _Told()).blocked.update(blocked)

    def forget_room(self, room: str) -> None:
        """Nobody of the room is here any more."""
        self._told.pop(room, None)

    def forget_worker(self, number: int) -> None:
        """A worker started anew, or may have: it knows nothing of what it was told."""
        for room, told in self._told.items():
            if self._engines.number_of(room) == number:
                told.blocked.clear()

    def _run(self, room: str) -> None:
        try:
            while (meeting_id := self._due.pop(room, None)) is not None:
                self._compare(meeting_id, room)
        except Exception:  # the next event tries again
            log.exception("forwarding not brought in step", room=room)
        finally:
            self._running.discard(room)
            if room in self._due:  # something happened between the last look and now
                self.look(self._due[room], room)

    def _compare(self, meeting_id: int, room: str) -> None:
        told = self._told.get(room)
        if told is None:
            return
        rules = self._rules(meeting_id)
        try:
            for track, blocked in rules.blocked.items():
                if told.blocked.get(track) is not blocked:
                    self._engines.call(room, "pause", track=track, paused=blocked)
                    told.blocked[track] = blocked
            for participant in told.peers - rules.present:
                self._engines.call(room, "leave", peer=participant)
                told.peers.discard(participant)
        except MediaUnavailable:
            return  # when it is back it is told everything
        except MediaError as error:
            if error.code not in ("unknown_room", "unknown_peer"):
                raise
        for track in set(told.blocked) - set(rules.blocked):
            del told.blocked[track]

    def _rules(self, meeting_id: int) -> _Rules:
        application = self._application
        with (
            tenant_scope(None),
            application.db.reading() as session,
            application.rooms.read(session, meeting_id) as (_meeting, registry, state),
        ):
            blocked = blocked_tracks(registry, state)
            tracks = [track.id for person in state.participants.values() for track in person.tracks]
            return _Rules({track: track in blocked for track in tracks}, frozenset(state.participants))
