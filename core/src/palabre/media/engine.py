"""All rooms of one worker, and the clocks that run in them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import count

import structlog

from palabre.media.cost import PacketCost
from palabre.media.errors import EngineError
from palabre.media.peer import Owner, Peer, Services
from palabre.media.room import Room
from palabre.media.statistics import engine_metrics, peer_report
from palabre.media.track import TrackSpec

log = structlog.get_logger(__name__)

SPEAKERS_EACH_S = 0.2
REPORT_EACH_S = 1.0
#: A peer whose web connection broke waits that long for another web process.
ADOPTION_S = 15.0
#: Stalls of the loop are remembered that long.
STALLS_S = 60.0


class Engine:
    """The answers to the channel's requests. All methods are quick; nothing here blocks."""

    def __init__(self, services: Services, *, adoption_s: float = ADOPTION_S) -> None:
        self.rooms: dict[str, Room] = {}
        self._services = services
        self._adoption_s = adoption_s
        self._tick: asyncio.Task[None] | None = None
        self._packet_cost = PacketCost()
        self._late_s: deque[float] = deque([0.0], maxlen=round(STALLS_S / SPEAKERS_EACH_S))

    def start(self) -> None:
        """Let the clocks run."""
        self._tick = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Close every room and say goodbye to the browsers."""
        if self._tick is not None:
            self._tick.cancel()
        for number in list(self.rooms):
            self.close_room(number)
        await self._services.mux.stop()

    # Requests

    def open_room(self, room: str) -> Room:
        """The room, made when there is none."""
        if room not in self.rooms:
            self.rooms[room] = Room(room, self._services)
        return self.rooms[room]

    def close_room(self, room: str) -> None:
        """Everybody out; nothing happens when there is no such room."""
        found = self.rooms.pop(room, None)
        if found is not None:
            found.close()

    def join(self, room: str, peer: str, owner: Owner) -> bool:
        """Let a participant in, or adopt it; whether it already has live PeerConnections."""
        return self.open_room(room).join(peer, owner).live

    def publish(self, room: str, peer: str, sdp: str, tracks: list[TrackSpec], blocked: list[str]) -> str:
        """The answer to a publisher's offer.

        :param blocked: ids of tracks that are received and not forwarded; the others are.
        :raises EngineError: ``bad_sdp``, ``unknown_room``, ``unknown_peer``.
        """
        found = self.peer(room, peer)
        answer = found.publishing().publish(sdp, tracks)
        for track in tracks:
            found.room.pause(track.id, track.id in blocked)
        return answer

    def leave(self, room: str, peer: str) -> None:
        """A participant goes; the room goes with the last one."""
        found = self.rooms.get(room)
        if found is not None:
            found.leave(peer)
            if not found.peers:
                self.close_room(room)

    def restart(self, room: str, peer: str, pc: str) -> None:
        """Forget one PeerConnection; the browser makes a new one."""
        found = self.peer(room, peer)
        if pc == "subscribe":
            found.restart_subscription()
        else:
            found.publishing().restart()

    def room(self, number: str) -> Room:
        """:raises EngineError: ``unknown_room``."""
        try:
            return self.rooms[number]
        except KeyError:
            raise EngineError("unknown_room", f"no room {number!r}") from None

    def peer(self, room: str, peer: str) -> Peer:
        """:raises EngineError: ``unknown_room``, ``unknown_peer``."""
        return self.room(room).peer(peer)

    def statistics(self, room: str | None, peer: str | None) -> dict[str, object]:
        """W3C statistics by room, participant and object id."""
        rooms = [self.room(room)] if room is not None else list(self.rooms.values())
        forwarder = self._services.mux.forwarder
        return {
            found.id: {
                member.id: peer_report(forwarder, member)
                for member in found.peers.values()
                if peer is None or member.id == peer
            }
            for found in rooms
        }

    def metrics(self) -> dict[str, float]:
        """Counters of the whole worker."""
        return engine_metrics(
            self._services.mux, self.rooms.values(), max(self._late_s), self._packet_cost.recent_s()
        )

    def disowned(self, owner: Owner) -> None:
        """A web connection broke: its peers wait for another."""
        now = time.monotonic()
        for room in self.rooms.values():
            for peer in room.peers.values():
                if peer.owner is owner:
                    peer.owner, peer.orphaned_at = None, now

    # Clocks

    async def _run(self) -> None:
        each_report = round(REPORT_EACH_S / SPEAKERS_EACH_S)
        now = time.monotonic()
        for turn in count():
            due = now + SPEAKERS_EACH_S
            await asyncio.sleep(SPEAKERS_EACH_S)
            now = time.monotonic()
            self._late_s.append(now - due)
            for room in list(self.rooms.values()):
                self._guarded(room, room.rank_speakers, now)
                if turn % each_report == 0:
                    self._guarded(room, room.report, now)
            if turn % each_report == 0:
                self._remove_orphans(now)
                self._packet_cost.note(time.process_time(), self._services.mux.forwarder.stats().packets_sent)

    def _guarded(self, room: Room, step: Callable[[float], None], now: float) -> None:
        try:
            step(now)
        except Exception:
            # One room's fault must not stop the clocks of the others.
            log.exception("room_failed", room=room.id)

    def _remove_orphans(self, now: float) -> None:
        for room in list(self.rooms.values()):
            for peer in list(room.peers.values()):
                if peer.orphaned_at is not None and now - peer.orphaned_at > self._adoption_s:
                    log.info("orphan_removed", room=room.id, peer=peer.id)
                    self.leave(room.id, peer.id)
