"""The sockets of one room in this process. Each gets the room's events in order, each event once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from palabre.rooms import Event
from palabre.tenants.scope import TenantContext
from palabre_webui.concurrency import lock
from palabre_webui.room.connection import Connection, Place
from palabre_webui.room.sockets import Sockets


@dataclass(frozen=True)
class Delivered:
    """What went out.

    :param gap: an event is missing before others that are here already; the journal has it.
    """

    events: tuple[Event, ...]
    gap: bool


class Audience:
    """The people of a room who are connected here, and those who wait before its door.

    Events come from the act performed here, from another process's bell and from following the journal, in any order
    and more than once; ``sent`` says what has gone out, and what does not follow it waits.

    :param sent: number of the last event that everybody here has.
    """

    def __init__(self, place: Place, scope: TenantContext, sent: int, sockets: Sockets) -> None:
        self.meeting_id = place.meeting_id
        self.room = place.room
        self.scope = scope
        self.sent = sent
        self.members: dict[str, Connection] = {}
        self.waiting: dict[str, Connection] = {}
        self._sockets = sockets
        self._lock = lock()
        self._held: dict[int, Event] = {}

    @property
    def everybody(self) -> str:
        """Name of the group of all who are in the room."""
        return f"room:{self.meeting_id}"

    def is_empty(self) -> bool:
        """Whether nobody is left."""
        return not self.members and not self.waiting

    def deliver(self, events: Iterable[Event]) -> Delivered:
        """Send what is new, as far as nothing before it is missing."""
        delivered = []
        with self._lock:
            for event in events:
                if event.seq > self.sent:
                    self._held[event.seq] = event
            while (event_or_none := self._held.pop(self.sent + 1, None)) is not None:
                self._send(event_or_none)
                self.sent = event_or_none.seq
                delivered.append(event_or_none)
            return Delivered(tuple(delivered), gap=bool(self._held))

    def admit(
        self, connection: Connection, snapshot: Callable[[], tuple[int, dict[str, Any]]]
    ) -> tuple[int, dict[str, Any]]:
        """Make somebody a member, from the snapshot they start with.

        Nothing is sent while the snapshot is taken, so nothing is missing between it and the first event; events
        that it holds already are not sent to them.
        """
        participant = _participant(connection)
        with self._lock:
            seq, state = snapshot()
            connection.seen = max(seq, connection.seen)
            connection.role = _role_in(state, participant) or connection.role
            self.waiting.pop(participant, None)
            self.members[participant] = connection
            self._sockets.join(connection.sid, self.everybody)
        return seq, state

    def let_wait(self, connection: Connection) -> None:
        """Somebody waits before the door."""
        self.waiting[_participant(connection)] = connection

    def forget(self, connection: Connection) -> None:
        """A connection is gone, or holds no place any more."""
        for people in (self.members, self.waiting):
            for participant in [key for key, one in people.items() if one is connection]:
                del people[participant]
        self._sockets.leave(connection.sid, self.everybody)

    def _send(self, event: Event) -> None:
        members = list(self.members.values())
        already = [one.sid for one in members if one.seen >= event.seq]
        if event.kind == "role_changed":
            changed = self.members.get(event.data["participant"])
            if changed is not None and changed.seen < event.seq:
                changed.role = event.data["role"]
        if event.audience == "all":
            self._sockets.send(self.everybody, "event", event.seen_by("", "guest"), skip=already)
            return
        for one in members:
            if one.seen < event.seq:
                self._sockets.send(one.sid, "event", event.seen_by(_participant(one), one.role))


def _participant(connection: Connection) -> str:
    return connection.place.participant if connection.place else ""


def _role_in(state: dict[str, Any], participant: str) -> str | None:
    return next((one["role"] for one in state["participants"] if one["id"] == participant), None)
