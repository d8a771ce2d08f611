"""What the door does with Socket.IO, in the few words it needs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from socketio import Server

from palabre_webui.room import NAMESPACE


class Sockets:
    """Sends to sockets of this process, alone or in groups. Sending never waits.

    :param server: python-socketio's.
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, to: str, message: str, data: Any, *, skip: Collection[str] = ()) -> None:
        """Send to one socket, or to a group except ``skip``; each reads what is sent in the order it was."""
        self._server.emit(message, data, to=to, namespace=NAMESPACE, skip_sid=list(skip) or None)

    def join(self, sid: str, group: str) -> None:
        """Add a socket to a group."""
        if self._server.manager.is_connected(sid, NAMESPACE):
            self._server.enter_room(sid, group, namespace=NAMESPACE)

    def leave(self, sid: str, group: str) -> None:
        """Take a socket out of a group."""
        if self._server.manager.is_connected(sid, NAMESPACE):
            self._server.leave_room(sid, group, namespace=NAMESPACE)

    def close(self, sid: str, code: str | None = None, message: str = "") -> None:
        """Disconnect a socket; with a code it is told why, and does not come back."""
        if code is not None:
            self.send(sid, "closed", {"code": code, "message": message})
        self._server.disconnect(sid, namespace=NAMESPACE)
