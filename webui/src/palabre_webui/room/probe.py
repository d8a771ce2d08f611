"""The connection doctor's probe: a connection with the engine that carries nothing, before anybody joins."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from palabre.invitations import Secret
from palabre.media.client import MediaError, MediaUnavailable
from palabre.rooms import Rate
from palabre.rooms.limits import RateLimits
from palabre_webui import concurrency
from palabre_webui.room.connection import Connection
from palabre_webui.room.engines import Engines
from palabre_webui.room.media import engine_refusals

log = structlog.get_logger(__name__)

#: The engine's room for probes; nobody can have a meeting of that name.
ROOM = "probe"
#: Days that a ticket of the equipment page is good.
TICKET_D = 2
#: A probe that nobody ended is ended after so many seconds.
LIFE_S = 15.0
RATE = Rate(per_second=1, burst=3)


def ticket(secret: Secret, *, now: datetime) -> str:
    """What lets a browser probe without any meeting: good until the end of tomorrow (UTC)."""
    day = now.astimezone(UTC).date()
    return f"probe.{day:%Y%m%d}.{secret.derive('probe', f'{day:%Y%m%d}')}"


def is_ticket(secret: Secret, given: str, *, now: datetime) -> bool:
    """Whether a browser brought such a ticket."""
    days = (now.astimezone(UTC) - timedelta(days=back) for back in range(TICKET_D))
    return any(hmac.compare_digest(given.encode(), ticket(secret, now=day).encode()) for day in days)


@dataclass(frozen=True)
class _Peer:
    id: str
    round: int


class Probes:
    """One probing peer for each socket at most."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._limits = RateLimits()
        self._peers: dict[str, _Peer] = {}
        self._round = 0

    def probe(self, connection: Connection, sdp: str) -> dict[str, Any]:
        """The engine's answer to an offer.

        :raises Refused: ``too_fast``, ``bad_sdp``, ``media_unavailable``.
        """
        self._limits.check(connection.sid, "probe", RATE)
        self.end(connection)
        self._round += 1
        peer = _Peer(f"probe-{connection.sid}", self._round)
        with connection.media_in_order, engine_refusals():
            self._engines.call(ROOM, "open_room")
            self._engines.call(ROOM, "join", peer=peer.id)
            self._peers[connection.sid] = peer
            answer = self._engines.call(ROOM, "publish", peer=peer.id, sdp=sdp, tracks=[], blocked=[])
        concurrency.spawn(self._end_later, connection, peer)
        return {"sdp": answer["sdp"]}

    def end(self, connection: Connection) -> None:
        """Let the engine forget a socket's probe."""
        peer = self._peers.pop(connection.sid, None)
        if peer is None:
            return
        try:
            self._engines.call(ROOM, "leave", peer=peer.id)
        except (MediaUnavailable, MediaError) as error:
            log.debug("probe not ended", reason=str(error))  # the engine forgets it with the connection

    def _end_later(self, connection: Connection, peer: _Peer) -> None:
        concurrency.sleep(LIFE_S)
        if self._peers.get(connection.sid) == peer:
            self.end(connection)
