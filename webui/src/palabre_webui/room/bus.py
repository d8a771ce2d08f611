"""How web processes hear of each other at once: a bell on Redis, and nothing that matters if it does not ring.

Events themselves never travel here: a bell says that a journal has grown, and whoever has sockets in that room reads
it. So events stay in order and none is lost with Redis; without it they arrive when the journal is next followed.
"""

from __future__ import annotations

import json
import queue
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from palabre_webui import concurrency

log = structlog.get_logger(__name__)

#: Redis channel of the bells.
CHANNEL = "palabre:rooms"
_MOST_UNSENT = 1000
_PAUSE_S = 1.0

#: Gets the kind of a bell and what it says.
Listener = Callable[[str, dict[str, Any]], None]


class Bus(Protocol):
    """Tells the other web processes something."""

    def ring(self, kind: str, **said: Any) -> None:
        """Tell it, soon; never waits and never fails."""

    def start(self, listener: Listener) -> None:
        """Hear what the others tell, from now on."""


class Alone:
    """There is no other process, or only the journal between us."""

    def ring(self, kind: str, **said: Any) -> None:
        """Nobody hears."""

    def start(self, listener: Listener) -> None:
        """Nobody tells."""


class RedisBus:
    """Bells over Redis' publish and subscribe.

    :param url: ``redis://host:port/0``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._me = uuid.uuid4().hex
        self._unsent = concurrency.queue(_MOST_UNSENT)

    def ring(self, kind: str, **said: Any) -> None:
        """Tell it; dropped when Redis has been away for long."""
        try:
            self._unsent.put_nowait(json.dumps({"from": self._me, "kind": kind, **said}))
        except queue.Full:
            return

    def start(self, listener: Listener) -> None:
        """Connect in the background, and again whenever the connection breaks."""
        concurrency.spawn(self._keep, "rooms_bell_not_sent", self._send)
        concurrency.spawn(self._keep, "rooms_bell_not_heard", lambda: self._hear(listener))

    def _keep(self, trouble: str, work: Callable[[], None]) -> None:
        from redis import RedisError

        while True:
            try:
                work()
            except RedisError as error:
                log.warning(trouble, reason=str(error))
            concurrency.sleep(_PAUSE_S)

    def _send(self) -> None:
        from redis import Redis

        with Redis.from_url(self._url, socket_timeout=5.0, socket_connect_timeout=5.0) as redis:
            while True:
                redis.publish(CHANNEL, self._unsent.get())

    def _hear(self, listener: Listener) -> None:
        from redis import Redis

        with Redis.from_url(self._url, socket_connect_timeout=5.0, health_check_interval=10) as redis:
            subscription = redis.pubsub(ignore_subscribe_messages=True)
            subscription.subscribe(CHANNEL)
            for message in subscription.listen():
                said = json.loads(message["data"])
                if said.pop("from") == self._me:
                    continue
                try:
                    listener(said.pop("kind"), said)
                except Exception:  # one bell that cannot be followed must not silence the others
                    log.exception("rooms_bell_failed")
