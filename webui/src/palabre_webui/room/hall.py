"""All rooms that have sockets in this process: what happened goes out to them, and has its consequences here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import structlog

from palabre.application import Application
from palabre.i18n import gettext as _
from palabre.i18n import language_scope
from palabre.rooms import Event, Outcome, admissible, announce, connection_dropped, follow, snapshot
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre_webui import concurrency
from palabre_webui.room.audience import Audience
from palabre_webui.room.bus import Bus
from palabre_webui.room.connection import Connection, Place
from palabre_webui.room.sockets import Sockets

log = structlog.get_logger(__name__)

#: Events after which somebody who waits may be able to come in.
_DOOR_OPENERS = {"admitted", "joined", "locked", "opened", "role_changed", "unlocked"}

#: For the answer to an act to go out before the socket is closed by what it did, in seconds.
ANSWERS_FIRST_S = 0.02

#: Is told of events that went out in a room, after the consequences.
Watcher = Callable[[Audience, tuple[Event, ...]], None]


class Hall:
    """Keeps the audiences, and does here what events ask for.

    :param watch: is told of what went out.
    """

    def __init__(self, application: Application, sockets: Sockets, bus: Bus, watch: Watcher) -> None:
        self._application = application
        self._sockets = sockets
        self._bus = bus
        self._watch = watch
        self.audiences: dict[int, Audience] = {}
        #: Sockets that showed a good link, by their identifier.
        self.connections: dict[str, Connection] = {}
        #: Who holds a place here, by participant.
        self.places: dict[str, Connection] = {}

    def publish(self, outcome: Outcome) -> None:
        """Send what a transaction did, after its commit, and wake the other processes."""
        if not outcome.events:
            return
        self._send(outcome.meeting_id, outcome.events)
        self._bus.ring("grown", meeting=outcome.meeting_id)

    def seat(self, connection: Connection, place: Place) -> tuple[int, dict[str, Any]] | None:
        """Give a socket its place; the snapshot it starts with, or ``None`` when it waits."""
        self.places[place.participant] = connection
        audience = self._audience(place, connection.scope)
        if place.waiting:
            audience.let_wait(connection)
            return None
        return audience.admit(connection, lambda: self._snapshot(place))

    def follow(self, meetings: Iterable[int] | None = None) -> None:
        """Send what journals hold and was not sent yet: events of other processes, or of one that died.

        :param meetings: only these; otherwise every room that has sockets here.
        """
        wanted = self.audiences if meetings is None else meetings
        seen = {number: self.audiences[number].sent for number in list(wanted) if number in self.audiences}
        if not seen:
            return
        with tenant_scope(None), self._application.db.reading() as session:
            grown = follow(session, seen)
        for meeting_id, events in grown.items():
            self._send(meeting_id, events, from_journal=True)

    def replace(self, connection_id: str) -> None:
        """A newer connection holds the place of this one: close it, wherever it is."""
        if not self.close_replaced(connection_id):
            self._bus.ring("replaced", connection=connection_id)

    def close_replaced(self, connection_id: str) -> bool:
        """Close a connection of this process whose place was taken over; whether there is one."""
        connection = self.connections.get(connection_id)
        if connection is None:
            return False
        self._dismiss(connection, "replaced")
        return True

    def dropped(self, connection: Connection) -> None:
        """A socket broke. The others see it at once; for a moment it may come back."""
        place = connection.place
        self.connections.pop(connection.sid, None)
        if place is None:
            return
        self._vacate(connection)
        with tenant_scope(connection.scope), self._application.db.transaction() as session:
            gone = connection_dropped(
                session, self._application.rooms, participant=place.participant, connection=connection.sid
            )
        if gone is not None:
            announce(self._application.plugins, gone)
            self.publish(gone)

    def heard(self, kind: str, said: dict[str, Any]) -> None:
        """Another process rang."""
        if kind == "grown":
            self.follow([said["meeting"]])
        elif kind == "replaced":
            self.close_replaced(said["connection"])
        elif kind == "signal":
            self.signal(said["meeting"], said["signal"], to=said["to"])

    def send_signal(self, connection: Connection, signal: dict[str, Any], *, to: str | None) -> None:
        """Show something to a room, or to one in it, and forget it."""
        place = connection.place
        if place is None:
            return
        here = self.signal(place.meeting_id, signal, to=to, skip=connection.sid)
        if to is None or not here:
            self._bus.ring("signal", meeting=place.meeting_id, signal=signal, to=to)

    def signal(self, meeting_id: int, signal: dict[str, Any], *, to: str | None, skip: str = "") -> bool:
        """Send a signal to those who are here; whether anybody could be meant."""
        audience = self.audiences.get(meeting_id)
        if audience is None:
            return False
        if to is None:
            self._sockets.send(audience.everybody, "signal", signal, skip=[skip])
            return True
        receiver = audience.members.get(to)
        if receiver is not None:
            self._sockets.send(receiver.sid, "signal", signal)
        return receiver is not None

    def call_in(self, audience: Audience) -> None:
        """Tell those who wait and could come in now to ask again."""
        if not audience.waiting:
            return
        with tenant_scope(None), self._application.db.reading() as session:
            free = set(admissible(session, self._application.rooms, audience.meeting_id))
        for participant, connection in list(audience.waiting.items()):
            if participant in free:
                self._sockets.send(connection.sid, "admitted", {})

    def lost_place(self, connection: Connection, *, taken_over: bool) -> None:
        """A lease could not be renewed: somebody newer holds the place, or it was given up while we were slow."""
        self._dismiss(connection, "replaced" if taken_over else None)

    def _audience(self, place: Place, scope: TenantContext) -> Audience:
        audience = self.audiences.get(place.meeting_id)
        if audience is None:
            sent, _state = self._snapshot(place)
            audience = self.audiences.setdefault(
                place.meeting_id, Audience(place, scope, sent, self._sockets)
            )
        audience.scope = scope
        return audience

    def _snapshot(self, place: Place) -> tuple[int, dict[str, Any]]:
        application = self._application
        with application.db.reading() as session:
            return snapshot(session, application.rooms, meeting_id=place.meeting_id, viewer=place.participant)

    def _send(self, meeting_id: int, events: Iterable[Event], *, from_journal: bool = False) -> None:
        audience = self.audiences.get(meeting_id)
        if audience is None:
            return
        delivered = audience.deliver(events)
        self._obey(audience, delivered.events)
        if delivered.gap and not from_journal:
            self.follow([meeting_id])

    def _obey(self, audience: Audience, events: tuple[Event, ...]) -> None:
        """Do here what events ask of sockets."""
        for event in events:
            if event.kind in ("left", "waiting_ended"):
                self._see_out(audience, event)
            elif event.kind == "ended":
                for connection in (*audience.members.values(), *audience.waiting.values()):
                    self._dismiss(connection, "ended")
        if any(event.kind in _DOOR_OPENERS for event in events):
            self.call_in(audience)
        if events:
            self._watch(audience, events)

    def _see_out(self, audience: Audience, event: Event) -> None:
        participant = event.data["participant"]
        people = audience.members if event.kind == "left" else audience.waiting
        connection = people.get(participant)
        if connection is None:
            return
        reason = event.data.get("reason", "removed")
        if reason == "left":  # they asked for it, and get their answer
            self._vacate(connection)
        else:
            self._dismiss(connection, "removed" if reason == "removed" else None)

    def _dismiss(self, connection: Connection, code: str | None) -> None:
        """Close a socket that holds no place any more; without a code the browser comes back by itself."""
        self._vacate(connection)
        concurrency.spawn(self._close, connection, code)

    def _close(self, connection: Connection, code: str | None) -> None:
        with connection.in_order:  # who ended the meeting gets the answer to that first
            concurrency.sleep(ANSWERS_FIRST_S)
        with language_scope(connection.language):
            self._sockets.close(connection.sid, code, _REASONS[code]() if code else "")

    def _vacate(self, connection: Connection) -> None:
        place, connection.place = connection.place, None
        if place is None:
            return
        if self.places.get(place.participant) is connection:
            del self.places[place.participant]
        audience = self.audiences.get(place.meeting_id)
        if audience is not None:
            audience.forget(connection)
            if audience.is_empty():
                self.audiences.pop(place.meeting_id, None)


_REASONS: dict[str | None, Callable[[], str]] = {
    "removed": lambda: _("A presenter has removed you from this meeting."),
    "ended": lambda: _("The meeting was ended for everybody."),
    "replaced": lambda: _("You joined this meeting in another window."),
}
