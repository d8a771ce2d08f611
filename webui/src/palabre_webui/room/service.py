"""The door with everything behind it, put together."""

from __future__ import annotations

from flask import Flask
from flask_socketio import SocketIO

from palabre.application import Application
from palabre_webui import concurrency
from palabre_webui.room.audience import Audience
from palabre_webui.room.bus import Alone, Bus, RedisBus
from palabre_webui.room.door import Door
from palabre_webui.room.engines import Engines
from palabre_webui.room.forwarding import Forwarding
from palabre_webui.room.hall import Hall
from palabre_webui.room.media import MediaDoor
from palabre_webui.room.probe import Probes
from palabre_webui.room.sockets import Sockets
from palabre_webui.room.upkeep import Upkeep
from palabre_webui.scoping import Tenants

#: A lost network shows after at most the sum, in seconds.
PING_EVERY_S = 2
PING_TIMEOUT_S = 3
#: Longest message of a browser, in bytes; an answer to the offer of a large room is the longest there is.
LONGEST_MESSAGE = 512 * 1024


class RoomService:
    """The rooms' door of one web process.

    :param app: the Flask application, which from now on serves the sockets too.
    """

    def __init__(self, app: Flask, application: Application, tenants: Tenants) -> None:
        socketio = SocketIO(
            app,
            async_mode=concurrency.mode(),
            transports=["websocket"],
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=LONGEST_MESSAGE,
            manage_session=False,
        )
        self.engines = Engines(application.settings.media_sockets)
        self.forwarding = Forwarding(application, self.engines)
        self.bus: Bus = _bus(application)
        sockets = Sockets(socketio.server)
        self.hall = Hall(application, sockets, self.bus, self._happened)
        self.media = MediaDoor(application, self.hall, sockets, self.engines, self.forwarding)
        door = Door(application, tenants, self.hall, self.media, Probes(self.engines))
        socketio.on_namespace(door)
        self._upkeep = Upkeep(application, self.hall)

    def start(self) -> None:
        """Connect to the engines and the other processes, and begin the upkeep."""
        self.engines.start(self.media.notified, self.media.worker_changed)
        self.bus.start(self.hall.heard)
        self._upkeep.start()

    def _happened(self, audience: Audience, _events: object) -> None:
        if audience.members:
            self.forwarding.look(audience.meeting_id, audience.room)
        else:
            self.forwarding.forget_room(audience.room)


def _bus(application: Application) -> Bus:
    url = application.settings.web.redis_url
    return RedisBus(url) if url else Alone()
