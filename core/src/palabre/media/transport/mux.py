"""All browsers on one port: the STUN user name tells the connection, then the source address does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import structlog
from aiortc.rtcdtlstransport import RTCCertificate

from palabre.media.forwarder.interface import Datagram, Event, Forwarder, Path, PeerId, Rtcp
from palabre.media.transport import stun
from palabre.media.transport.connection import Connection, Listener
from palabre.media.transport.dtls import fingerprint

log = structlog.get_logger(__name__)

#: How long packets wait for the rest of their frame.
FRAME_WAIT_S = 0.001


class Mux:
    """Owns the sockets. Media goes through the forwarder; what it does not understand ends here."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        forwarder: Forwarder,
        certificate: RTCCertificate,
    ) -> None:
        self.forwarder = forwarder
        self.certificate = certificate
        self.fingerprint = fingerprint(certificate)
        self.malformed = 0
        self._sockets = sockets
        self._by_peer: dict[PeerId, Connection] = {}
        self._by_ufrag: dict[str, Connection] = {}
        self._by_path: dict[Path, Connection] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._flush_planned = False
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        """Read from now on."""
        for number, sock in enumerate(self._sockets):
            self._loop.add_reader(sock.fileno(), self._readable, number)

    async def stop(self) -> None:
        """Read no more, finish the goodbyes, close the sockets."""
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())
        await asyncio.gather(*self._background, return_exceptions=True)
        for sock in self._sockets:
            sock.close()

    def connect(self, listener: Listener) -> Connection:
        """A new connection with credentials of its own."""
        connection = Connection(self, self.forwarder.add_peer(), listener)
        self._by_peer[connection.peer] = connection
        self._by_ufrag[connection.credentials.ufrag] = connection
        return connection

    def send(self, data: bytes, path: Path) -> None:
        """Send a datagram as it is; what the kernel does not take is lost."""
        try:
            self._sockets[path.socket].sendto(data, path.address)
        except OSError as error:
            log.debug("not_sent", reason=error.strerror)

    # For connections

    def accept(self, connection: Connection, path: Path) -> bool:
        """Take what comes on this path as the connection's.

        Not while another connection lives there: a participant who forges source addresses must not be able to
        push somebody out.
        """
        owner = self._by_path.get(path)
        if owner is connection:
            return True
        if owner is not None and owner.alive:
            return False
        self._by_path[path] = connection
        self.forwarder.accept_from(connection.peer, path)
        return True

    def refuse(self, connection: Connection, path: Path) -> None:
        """Take nothing more that comes on this path."""
        if self._by_path.get(path) is connection:
            del self._by_path[path]
            self.forwarder.refuse_from(connection.peer, path)

    def rename(self, connection: Connection, old_ufrag: str) -> None:
        """The connection has new credentials."""
        self._by_ufrag.pop(old_ufrag, None)
        self._by_ufrag[connection.credentials.ufrag] = connection

    def forget(self, connection: Connection) -> None:
        """The connection is closed."""
        self._by_ufrag.pop(connection.credentials.ufrag, None)
        for path in [path for path, owner in self._by_path.items() if owner is connection]:
            del self._by_path[path]
        del self._by_peer[connection.peer]
        self.forwarder.remove_peer(connection.peer)

    def keep(self, task: asyncio.Task[None]) -> None:
        """Let a task run to its end; ``stop`` waits for it."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # From the sockets

    def _readable(self, number: int) -> None:
        for event in self.forwarder.pump(number):
            try:
                self._handle(event)
            except Exception:
                # One browser's packet must never end the others' conversation.
                log.exception("event_failed")
        if self.forwarder.waiting and not self._flush_planned:
            self._flush_planned = True
            self._loop.call_later(FRAME_WAIT_S, self._flush)

    def _flush(self) -> None:
        self._flush_planned = False
        self.forwarder.flush()

    def _handle(self, event: Event) -> None:
        if isinstance(event, Datagram):
            self._take(event)
            return
        connection = self._by_peer.get(event.peer)
        if connection is None:  # closed by an event before this one
            return
        if isinstance(event, Rtcp):
            connection.listener.take_rtcp(event.data)
        else:
            connection.listener.missed(event.stream)

    def _take(self, datagram: Datagram) -> None:
        first = datagram.data[0]
        if first < 4:
            self._take_stun(datagram)
        elif 19 < first < 64:
            connection = self._by_path.get(datagram.path)
            if connection is None:
                self.malformed += 1
            else:
                connection.take_dtls(datagram.data, datagram.path)
        else:
            self.malformed += 1

    def _take_stun(self, datagram: Datagram) -> None:
        check = stun.read_check(datagram.data)
        connection = self._by_ufrag.get(check.local_ufrag) if check is not None else None
        if check is None or connection is None:
            self.malformed += 1
            return
        answer = connection.take_check(check, datagram.path)
        if answer is None:
            self.malformed += 1
        else:
            self.send(answer, datagram.path)
