"""A participant of a room, as the engine knows it: at most one publication and one subscription."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from palabre.media.publication import Publication
from palabre.media.sdp.writer import Local
from palabre.media.subscription import Subscription
from palabre.media.transport.addresses import Candidate
from palabre.media.transport.connection import Connection, ConnectionState
from palabre.media.transport.mux import Mux

if TYPE_CHECKING:
    from palabre.media.room import Room


class Owner(Protocol):
    """The web process that speaks for a peer."""

    def notify(self, method: str, params: Mapping[str, object]) -> None:
        """Send a notification; lost when the connection is broken."""


@dataclass(frozen=True, slots=True)
class Services:
    """What connections are made with."""

    mux: Mux
    candidates: Sequence[Candidate]

    def local(self, connection: Connection) -> Local:
        """Our end of a connection, for SDP."""
        return Local(connection.credentials, self.mux.fingerprint, self.candidates)


class Peer:
    """Made by ``Room.join``."""

    def __init__(self, room: Room, number: str, services: Services) -> None:
        self.id = number
        self.room = room
        self.services = services
        #: None while its web connection is broken.
        self.owner: Owner | None = None
        self.orphaned_at: float | None = None
        self.publication: Publication | None = None
        self.subscription: Subscription | None = None

    @property
    def live(self) -> bool:
        """Whether a PeerConnection of it is in use."""
        connections = [part.connection for part in (self.publication, self.subscription) if part is not None]
        return any(connection is not None and connection.secured for connection in connections)

    def adopt(self, owner: Owner) -> None:
        """The web process that speaks for it from now on."""
        self.owner = owner
        self.orphaned_at = None

    def publishing(self) -> Publication:
        """Its publication, made when there is none."""
        if self.publication is None:
            self.publication = Publication(self)
        return self.publication

    def subscribe(self) -> None:
        """Receive everybody else's tracks; asked again, the outstanding offer is repeated."""
        if self.subscription is None:
            self.subscription = Subscription(self)
        else:
            self.subscription.repeat_offer()

    def restart_subscription(self) -> None:
        """Begin anew with a new PeerConnection."""
        if self.subscription is not None:
            self.subscription.close()
            self.subscription = None
        self.subscribe()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.subscription is not None:
            self.subscription.close()
            self.subscription = None
        if self.publication is not None:
            self.publication.close()
            self.publication = None

    def tell(self, method: str, params: Mapping[str, object]) -> None:
        """Notify the owner about this peer."""
        if self.owner is not None:
            self.owner.notify(method, {"room": self.room.id, "peer": self.id, **params})

    def tell_state(self, pc: str, state: ConnectionState) -> None:
        """Notify the owner that a PeerConnection changed."""
        self.tell("peer_state", {"pc": pc, "state": state.value})
