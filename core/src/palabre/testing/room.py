"""The headless room kit: virtual participants that enter, act and read events in process.

They go through the same services as browsers, so a test with them proves the room's rules without a socket::

    room = HeadlessRoom.make(application)
    lea = room.person("Léa", role="presenter")
    sam = room.person("Sam")
    sam.act("raise_hand")
    assert lea.heard("hand_raised") == [{"participant": sam.id}]
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from palabre.application import Application
from palabre.invitations import make_link, token_of, use_token
from palabre.model import Base, LinkKind, Meeting, Role, Tenant
from palabre.plugins.features import tenant_context
from palabre.rooms import (
    CaughtUp,
    Comeback,
    Entered,
    Gone,
    Joiner,
    Performed,
    admissible,
    announce,
    connection_dropped,
    do_act,
    enter,
    events_since,
    expire_leases,
    renew_leases,
    snapshot,
)
from palabre.rooms.events import Event
from palabre.rooms.limits import RateLimits
from palabre.rooms.rooms import journal
from palabre.tenants.scope import TenantContext, tenant_scope


def make_tables(application: Application) -> None:
    """The tables of the core and of every model that was imported."""
    Base.metadata.create_all(application.db.engine)


def make_tenant(
    application: Application, *, slug: str = "default", class_is_limit: bool = False
) -> TenantContext:
    """A tenant with its features, on an installation whose tables are there."""
    with application.db.transaction() as session:
        tenant = Tenant(
            slug=slug, name=slug.title(), class_is_limit=class_is_limit, created_at=application.clock.now()
        )
        session.add(tenant)
        session.flush()
        return tenant_context(session, application.plugins, tenant)


@dataclass
class HeadlessRoom:
    """One meeting, and the people who come to it.

    :param application: the process that serves them; ``served_by`` gives the same room in another process.
    """

    application: Application
    tenant: TenantContext
    meeting_id: int
    people: list[VirtualParticipant] = field(default_factory=list)

    @classmethod
    def make(
        cls,
        application: Application,
        *,
        tenant: TenantContext | None = None,
        **meeting: Any,
    ) -> HeadlessRoom:
        """The smallest world: a meeting, and tables and a tenant unless one is given.

        :param meeting: columns of the meeting, such as ``microphones=Microphones.FLOOR``.
        """
        if tenant is None:
            make_tables(application)
            tenant = make_tenant(application)
        with tenant_scope(tenant), application.db.transaction() as session:
            row = Meeting(**{"name": "Budget review", "created_at": application.clock.now(), **meeting})
            session.add(row)
            session.flush()
            return cls(application, tenant, row.id)

    def served_by(self, application: Application) -> HeadlessRoom:
        """The same room as another process sees it."""
        return HeadlessRoom(application, self.tenant, self.meeting_id)

    @property
    def meeting(self) -> Meeting:
        """The meeting's row, as it is now."""
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            return session.get_one(Meeting, self.meeting_id)

    def link(self, role: str = "guest", *, name: str = "", kind: LinkKind = LinkKind.PERSONAL) -> str:
        """The token of a new join link."""
        with tenant_scope(self.tenant), self.application.db.transaction() as session:
            meeting = session.get_one(Meeting, self.meeting_id)
            made = make_link(
                session,
                meeting=meeting,
                kind=kind,
                role=Role(role),
                name=name,
                now=self.application.clock.now(),
            )
            return token_of(self.application.secret, made)

    def person(self, name: str, role: str = "guest", *, link: str | None = None) -> VirtualParticipant:
        """Somebody who comes to the door and enters, or waits."""
        person = VirtualParticipant(self, name, link or self.link(role))
        person.enter()
        self.people.append(person)
        return person

    def sweep(self) -> list[Gone]:
        """What the worker does every second: those whose lease ran out leave."""
        with self.application.db.transaction() as session:
            return expire_leases(session, self.application.rooms)

    def renew(self, *people: VirtualParticipant) -> set[str]:
        """What the web service does every two seconds for its sockets."""
        with self.application.db.transaction() as session:
            return renew_leases(session, self.application.rooms, [one.connection for one in people])

    def admissible(self) -> list[str]:
        """Ids of those who wait and could come in now."""
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            return admissible(session, self.application.rooms, self.meeting_id)

    def journal(self) -> list[Event]:
        """Every event of the room, in order."""
        with tenant_scope(self.tenant), self.application.db.reading() as session:
            return journal(session, self.meeting_id, after=0)


class VirtualParticipant:
    """Somebody in a room without a browser.

    :ivar id: public id once known.
    :ivar status: ``entered`` or ``waiting``.
    :ivar seq: number of the last event read.
    """

    def __init__(self, room: HeadlessRoom, name: str, link: str) -> None:
        self.room = room
        self.name = name
        self.link = link
        self.connection = ""
        self.id = ""
        self.secret = ""
        self.role = ""
        self.status = ""
        self.waiting_for: str | None = None
        self.seq = 0
        self.events: list[dict[str, Any]] = []

    def enter(self, *, again: bool = False) -> Entered:
        """Come to the door with a new connection.

        :param again: come back as the same participant.
        """
        application = self.room.application
        self.connection = uuid.uuid4().hex
        joiner = Joiner(self.name, self.connection)
        comeback = Comeback(self.id, self.secret) if again else None
        with tenant_scope(self.room.tenant):
            with application.db.transaction() as session:
                link = use_token(session, application.secret, token=self.link, now=application.clock.now())
                entered = enter(session, application.rooms, link=link, joiner=joiner, comeback=comeback)
            announce(application.plugins, entered)
        self.id, self.secret, self.role = entered.participant, entered.secret, entered.role
        self.status, self.waiting_for = entered.status, entered.waiting_for
        if entered.status == "entered" and not again:
            self.seq = self._snapshot()[0]
        return entered

    def come_back(self) -> Entered:
        """Come back after a break, as the same participant, keeping what was read before."""
        return self.enter(again=True)

    def drop(self) -> Gone | None:
        """Lose the connection, as a closed tab does."""
        with tenant_scope(self.room.tenant), self.room.application.db.transaction() as session:
            return connection_dropped(
                session, self.room.application.rooms, participant=self.id, connection=self.connection
            )

    def act(
        self,
        name: str,
        act_id: str | None = None,
        /,
        *,
        from_media: bool = False,
        unlimited: bool = False,
        **data: Any,
    ) -> Performed:
        """Do an act; raises what the room refuses with.

        :param from_media: as the media door does, not the participant.
        :param unlimited: as if every act before had been long ago.
        """
        application = self.room.application
        if unlimited:
            application.rooms.limits = RateLimits()
        with tenant_scope(self.room.tenant):
            return do_act(
                application.db,
                application.rooms,
                participant=self.id,
                act=name,
                act_id=act_id or uuid.uuid4().hex,
                payload=data,
                from_media=from_media,
            )

    def publish(self, source: str, *, kind: str = "audio", muted: bool = False) -> str:
        """Announce a track as the media door does, and return its id."""
        self.act("publish_track", from_media=True, track={"kind": kind, "source": source, "muted": muted})
        found: str = next(track["id"] for track in self.me()["tracks"] if track["source"] == source)
        return found

    def read(self) -> list[dict[str, Any]]:
        """The events since the last reading, as the protocol writes them for this participant."""
        caught_up = self.since(self.seq)
        assert caught_up.events is not None, "too far behind: read the state"
        self.seq = caught_up.seq
        self.events += caught_up.events
        return caught_up.events

    def since(self, seq: int) -> CaughtUp:
        """What followed an event."""
        application = self.room.application
        with tenant_scope(self.room.tenant), application.db.reading() as session:
            return events_since(
                session, application.rooms, meeting_id=self.room.meeting_id, seq=seq, viewer=self.id
            )

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """Data of the events of one kind since entry."""
        self.read()
        return [event["data"] for event in self.events if event["kind"] == kind]

    def state(self) -> dict[str, Any]:
        """The room as this participant may see it."""
        return self._snapshot()[1]

    def me(self) -> dict[str, Any]:
        """One's own entry in the state."""
        return self.sees(self)

    def sees(self, other: VirtualParticipant) -> dict[str, Any]:
        """Another's entry in the state, as this participant sees it."""
        found: dict[str, Any] = next(one for one in self.state()["participants"] if one["id"] == other.id)
        return found

    def _snapshot(self) -> tuple[int, dict[str, Any]]:
        application = self.room.application
        with tenant_scope(self.room.tenant), application.db.reading() as session:
            return snapshot(session, application.rooms, meeting_id=self.room.meeting_id, viewer=self.id)
