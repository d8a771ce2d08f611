"""One browser's socket, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from palabre.rooms import Entered
from palabre.tenants.scope import TenantContext
from palabre_webui.concurrency import Lock, lock


@dataclass(frozen=True)
class Place:
    """What a socket holds in a room.

    :param meeting_id: key of the meeting's row.
    :param room: public id of the meeting, by which the engine knows the room.
    :param participant: public id.
    :param waiting: still before the door.
    """

    meeting_id: int
    room: str
    participant: str
    waiting: bool


@dataclass(eq=False)
class Connection:
    """A socket that showed a good link.

    :param sid: Socket.IO's identifier of it, and the lease's.
    :param link: the token it came with.
    :param scope: the tenant it came to; in a room, with the features the room opened with.
    :param place: what it holds in a room; ``None`` before entering and after leaving.
    :param role: in the room, as far as events were sent to it.
    :param seen: number of the last event that its state holds already.
    :param in_order: acts of one socket are done one after the other, as they came.
    :param media_in_order: the same for what goes to the engine, which may take longer.
    """

    sid: str
    link: str
    language: str
    scope: TenantContext
    place: Place | None = None
    role: str = "guest"
    seen: int = 0
    in_order: Lock = field(default_factory=lock)
    media_in_order: Lock = field(default_factory=lock)

    def take(self, entered: Entered) -> Place:
        """Hold the place that was given."""
        self.scope = entered.scope
        self.role = entered.role
        self.place = Place(
            entered.meeting_id, entered.meeting.public_id, entered.participant, entered.status == "waiting"
        )
        return self.place
