"""One PeerConnection of a browser, seen from the engine: ICE credentials, DTLS, the forwarder's peer."""

from __future__ import annotations

import asyncio
import enum
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import structlog

from palabre.media.forwarder.interface import Path, PeerId, SrtpProfile, StreamId
from palabre.media.transport import stun
from palabre.media.transport.dtls import DtlsSession, Fingerprint
from palabre.media.transport.stun import Check, IceCredentials

if TYPE_CHECKING:
    from palabre.media.transport.mux import Mux

log = structlog.get_logger(__name__)

#: Browsers check each 2.5 to 5 s (RFC 7675); three checks missed.
DISCONNECTED_AFTER_S = 10.0
FAILED_AFTER_S = 30.0
#: Addresses that one connection is heard on; browsers check a handful.
MOST_PATHS = 8


class ConnectionState(enum.Enum):
    """The states of RTCPeerConnection.connectionState."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"
    CLOSED = "closed"


class Listener(Protocol):
    """Who a connection belongs to."""

    def connection_changed(self, state: ConnectionState) -> None:
        """The connection has a new state."""

    def take_rtcp(self, data: bytes) -> None:
        """An authentic compound RTCP packet came."""

    def missed(self, stream: StreamId) -> None:
        """Packets of one of its streams are missing."""


class Connection:
    """Made by ``Mux.connect``. ``start`` it when the browser's SDP is known, ``close`` it at the end."""

    def __init__(self, mux: Mux, peer: PeerId, listener: Listener) -> None:
        """:param peer: the forwarder's peer that this connection secures."""
        self.peer = peer
        self.listener = listener
        self.credentials = IceCredentials.generate()
        self.remote_ufrag: str | None = None
        self.fingerprints: tuple[Fingerprint, ...] = ()
        self.state = ConnectionState.NEW
        self.profile: SrtpProfile | None = None
        self.path: Path | None = None
        self._nominated = False
        self._mux = mux
        self._accepted: list[Path] = []
        self._heard_at: float | None = None
        self._dtls = DtlsSession(mux.certificate, self._send)
        self._handshake: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether somebody is at the other end, as far as we know."""
        return self.state in (ConnectionState.NEW, ConnectionState.CONNECTING, ConnectionState.CONNECTED)

    @property
    def secured(self) -> bool:
        """Whether media can flow (it may be interrupted just now)."""
        return self.profile is not None and self.state is not ConnectionState.CLOSED

    def start(self, remote_ufrag: str, fingerprints: Sequence[Fingerprint]) -> None:
        """Begin the handshake with the certificate that the SDP promised. Later calls only note the ufrag."""
        self.remote_ufrag = remote_ufrag
        if self._handshake is None:
            self.fingerprints = tuple(fingerprints)
            self._set_state(ConnectionState.CONNECTING)
            self._handshake = asyncio.create_task(self._shake_hands())

    def restart_ice(self) -> None:
        """New credentials (RFC 8445 §4.4.1.1.1); the old path serves until a check with them moves it."""
        old = self.credentials
        self.credentials = IceCredentials.generate()
        self._mux.rename(self, old.ufrag)

    def take_check(self, check: Check, path: Path) -> bytes | None:
        """The answer to a connectivity check, None when it is not authentic.

        Once the browser has nominated a path, only a nomination moves us to another.
        """
        if not stun.authentic(check, self.credentials):
            return None
        if not self._mux.accept(self, path):
            return None
        self._heard_at = time.monotonic()
        if path not in self._accepted:
            self._accepted.append(path)
            if len(self._accepted) > MOST_PATHS:
                self._mux.refuse(self, self._accepted.pop(0))
        if check.nominated or self.path is None:
            self._nominated = self._nominated or check.nominated
            self._use(path)
        if self.state is ConnectionState.DISCONNECTED:
            self._set_state(ConnectionState.CONNECTED)
        return stun.answer(check, self.credentials, path)

    def take_dtls(self, data: bytes, path: Path) -> None:
        """A DTLS datagram from one of our accepted paths.

        Browsers begin before they nominate; until then we answer where it came from.
        """
        if not self._nominated:
            self._use(path)
        self._dtls.pipe.feed(data)

    def look_after(self, now: float) -> None:
        """Notice that checks stopped coming. Called about each second."""
        if self._heard_at is None or self.state not in (
            ConnectionState.CONNECTED,
            ConnectionState.DISCONNECTED,
        ):
            return
        silence = now - self._heard_at
        if silence > FAILED_AFTER_S:
            self._set_state(ConnectionState.FAILED)
        elif silence > DISCONNECTED_AFTER_S:
            self._set_state(ConnectionState.DISCONNECTED)

    def close(self) -> None:
        """Forget it at once; the DTLS goodbye goes out in the background."""
        if self.state is ConnectionState.CLOSED:
            return
        self.state = ConnectionState.CLOSED
        self._mux.forget(self)
        if self._handshake is not None and not self._handshake.done():
            self._handshake.cancel()
        self._mux.keep(asyncio.create_task(self._dtls.close()))

    async def _shake_hands(self) -> None:
        keys = await self._dtls.shake_hands(self.fingerprints)
        if keys is None:
            log.info("handshake_failed", peer=self.peer)
            self._set_state(ConnectionState.FAILED)
            return
        self.profile = keys.profile
        self._mux.forwarder.secure(self.peer, keys)
        self._dtls.add_listener("statechange", self._dtls_changed)
        self._set_state(ConnectionState.CONNECTED)

    def _dtls_changed(self) -> None:
        if self._dtls.state == "closed" and self.state is not ConnectionState.CLOSED:
            self._set_state(ConnectionState.DISCONNECTED)

    def _set_state(self, state: ConnectionState) -> None:
        if state is not self.state and self.state is not ConnectionState.CLOSED:
            self.state = state
            self.listener.connection_changed(state)

    def _send(self, data: bytes) -> None:
        if self.path is not None:
            self._mux.send(data, self.path)

    def _use(self, path: Path) -> None:
        if path != self.path:
            self.path = path
            self._mux.forwarder.send_to(self.peer, path)
