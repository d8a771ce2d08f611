"""The rooms of one process: their registries and the cache of their states.

The cache is only that. A state in it carries its sequence number; whoever takes it brings it up to date from the
journal, inside the transaction. Taking removes it from the cache, so nobody else sees it half changed, and it
comes back after the commit; a rollback simply leaves it out. So several threads and several processes may serve
one room.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from palabre.clock import Clock
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.model import Base, JournalEvent, Meeting, Participant, RoomSnapshot, Tenant
from palabre.plugins.host import PluginHost
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.events import Event
from palabre.rooms.limits import RateLimits
from palabre.rooms.registry import Registry
from palabre.rooms.state import MeetingSettings, RoomState, dump, restore
from palabre.tenants.scope import TenantContext, current_tenant, tenant_scope

#: A snapshot is stored each time the journal has grown by so many events.
SNAPSHOT_EVERY = 200
#: States kept in memory; a room beyond that is read again when somebody acts in it.
_KEPT = 1000
#: The same for whose meeting is which.
_PEOPLE_KEPT = 20_000
#: Where a session notes the rooms that it has changed.
_CHANGED = "palabre_rooms_changed"

# Every act needs these: they are built once, and all but the lock go past the ORM, which would take most of its time.
_LOCK = (
    select(Meeting)
    .where(Meeting.id == bindparam("meeting_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_APPEND = insert(Base.metadata.tables["journal_event"])
_MEETINGS = Base.metadata.tables["meeting"]
_GROWN = (
    update(_MEETINGS).where(_MEETINGS.c.id == bindparam("meeting_id")).values(last_seq=bindparam("until"))
)


class Rooms:
    """Opens rooms for reading and for change.

    :param plugins: contribute acts, slices and track sources.
    :param clock: gives the time of events.
    """

    def __init__(self, plugins: PluginHost, clock: Clock) -> None:
        self.plugins = plugins
        self.clock = clock
        self.limits = RateLimits()
        self._states: dict[int, RoomState] = {}
        self._registries: dict[frozenset[str], Registry] = {}
        self._meetings: dict[str, int] = {}

    def scope(self, session: Session, meeting: Meeting) -> TenantContext:
        """The tenant of a meeting, with the features pinned when its room opened."""
        tenant = current_tenant()
        if tenant is None or tenant.id != meeting.tenant_id:
            row = session.get_one(Tenant, meeting.tenant_id)
            tenant = TenantContext(row.id, row.slug, row.name, frozenset())
        pinned = meeting.pinned_features
        return tenant if pinned is None else tenant.with_features(frozenset(pinned.split()))

    def registry(self, scope: TenantContext) -> Registry:
        """What can be done in a room with the features of ``scope``."""
        found = self._registries.get(scope.features)
        if found is None:
            with tenant_scope(scope):
                found = self._registries[scope.features] = Registry.collect(self.plugins)
        return found

    def meeting_of(self, session: Session, participant: str) -> int:
        """The meeting that a participant came to, which never changes.

        :raises NotFound: code ``unknown_participant``.
        """
        known = self._meetings.get(participant)
        if known is None:
            known = session.scalar(select(Participant.meeting_id).where(Participant.public_id == participant))
            if known is None:
                raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
            if len(self._meetings) >= _PEOPLE_KEPT:
                self._meetings.clear()
            self._meetings[participant] = known
        return known

    @contextmanager
    def change(
        self, session: Session, meeting_id: int, actor: str | None = None
    ) -> Iterator[RoomTransaction]:
        """Open a room for change. Until the caller's transaction ends, nobody else changes it.

        What the block appends is written at its end; the caller commits. Inside, the tenant scope is the room's:
        its tenant with the features it opened with.

        :param actor: public id of the participant who acts; ``None`` for the room itself.
        :raises NotFound: code ``unknown_meeting``.
        """
        meeting = session.scalar(_LOCK, {"meeting_id": meeting_id})
        if meeting is None:
            raise NotFound("unknown_meeting", _("This meeting does not exist any more."))
        scope = self.scope(session, meeting)
        with tenant_scope(scope):
            registry = self.registry(scope)
            state = self._take(session, meeting, registry)
            room = RoomTransaction(
                session, meeting, scope, state, self.clock.now(), registry.apply, registry.sources, actor
            )
            try:
                yield room
            except BaseException:
                if not room.events:
                    self._give_back(session, meeting.id, state)
                raise
            self._write(room)

    @contextmanager
    def read(self, session: Session, meeting_id: int) -> Iterator[tuple[Meeting, Registry, RoomState]]:
        """A room as it is now, inside its tenant scope. It must not be changed."""
        meeting = session.get_one(Meeting, meeting_id)
        scope = self.scope(session, meeting)
        with tenant_scope(scope):
            registry = self.registry(scope)
            state = self._take(session, meeting, registry)
            try:
                yield meeting, registry, state
            finally:
                self._give_back(session, meeting_id, state)

    def _write(self, room: RoomTransaction) -> None:
        meeting, state, session = room.meeting, room.state, room.session
        if room.events:
            session.connection().execute(_APPEND, [_row(meeting, event) for event in room.events])
            session.connection().execute(_GROWN, {"meeting_id": meeting.id, "until": state.seq})
            set_committed_value(meeting, "last_seq", state.seq)
            if state.seq // SNAPSHOT_EVERY > (state.seq - len(room.events)) // SNAPSHOT_EVERY:
                session.execute(delete(RoomSnapshot).where(RoomSnapshot.meeting_id == meeting.id))
                session.add(
                    RoomSnapshot(
                        tenant_id=meeting.tenant_id, meeting_id=meeting.id, seq=state.seq, state=dump(state)
                    )
                )

        def give_back(_session: Session) -> None:
            self._put(meeting.id, state)

        session.info.setdefault(_CHANGED, set()).add(meeting.id)
        sqlalchemy_event.listen(session, "after_commit", give_back, once=True)

    def _give_back(self, session: Session, meeting_id: int, state: RoomState) -> None:
        # after a change in the same transaction, the state holds what is not committed yet
        if meeting_id not in session.info.get(_CHANGED, ()):
            self._put(meeting_id, state)

    def _take(self, session: Session, meeting: Meeting, registry: Registry) -> RoomState:
        state = self._states.pop(meeting.id, None)
        if state is None:
            state = self._restore(session, meeting, registry)
        for event in journal(session, meeting.id, after=state.seq, until=meeting.last_seq):
            registry.apply(state, event)
            state.seq = event.seq
        for name, made in registry.slices.items():
            if name not in state.slices:
                state.slices[name] = made.initial()
        return state

    def _put(self, meeting_id: int, state: RoomState) -> None:
        known = self._states.get(meeting_id)
        if known is not None and known.seq > state.seq:
            return
        self._states[meeting_id] = state
        if len(self._states) > _KEPT:
            del self._states[next(iter(self._states))]

    @staticmethod
    def _restore(session: Session, meeting: Meeting, registry: Registry) -> RoomState:
        snapshot = session.scalar(
            select(RoomSnapshot)
            .where(RoomSnapshot.meeting_id == meeting.id)
            .order_by(RoomSnapshot.seq.desc())
            .limit(1)
        )
        if snapshot is not None:
            return restore(snapshot.state)
        return RoomState(settings_of(meeting), slices=registry.empty_slices())


def settings_of(meeting: Meeting) -> MeetingSettings:
    """What a room takes over from its meeting when it opens."""
    return MeetingSettings(
        id=meeting.public_id,
        name=meeting.name,
        room_class=meeting.room_class.value,
        microphones=meeting.microphones.value,
        wait_for_presenter=meeting.wait_for_presenter,
    )


def journal(session: Session, meeting_id: int, *, after: int, until: int | None = None) -> list[Event]:
    """Events of a room after one number, in order."""
    if until is not None and after >= until:
        return []
    query = select(
        JournalEvent.seq,
        JournalEvent.at,
        JournalEvent.kind,
        JournalEvent.actor,
        JournalEvent.data,
        JournalEvent.audience,
    ).where(JournalEvent.meeting_id == meeting_id, JournalEvent.seq > after)
    if until is not None:
        query = query.where(JournalEvent.seq <= until)
    return [Event.of(row) for row in session.execute(query.order_by(JournalEvent.seq))]


def _row(meeting: Meeting, event: Event) -> dict[str, Any]:
    return {
        "tenant_id": meeting.tenant_id,
        "meeting_id": meeting.id,
        "seq": event.seq,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "audience": event.audience,
        "data": event.data,
    }
