"""The rooms of one process: their registries and the cache of their states.

The cache is only that. A state in it carries its sequence number; whoever takes it brings it up to date from the
journal, inside the transaction. Taking removes it from the cache, so nobody else sees it half changed, and it
comes back after the commit; a rollback simply leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.clock import Clock
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.model import JournalEvent, Meeting, RoomSnapshot
from palabre.plugins.host import PluginHost
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.events import Event
from palabre.rooms.limits import RateLimits
from palabre.rooms.registry import Registry
from palabre.rooms.state import MeetingSettings, RoomState, dump, restore
from palabre.tenants.scope import current_tenant, tenant_scope

#: A snapshot is stored each time the journal has grown by so many events.
SNAPSHOT_EVERY = 200


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

    def registry(self, meeting: Meeting) -> Registry:
        """What can be done in a meeting's room, by the features pinned when it opened."""
        tenant = current_tenant()
        pinned = meeting.pinned_features
        if pinned is not None:
            features = frozenset(pinned.split())
        else:
            features = tenant.features if tenant else frozenset()
        found = self._registries.get(features)
        if found is None:
            with tenant_scope(tenant.with_features(features) if tenant else None):
                found = self._registries[features] = Registry.collect(self.plugins)
        return found

    def change(self, session: Session, meeting_id: int, actor: str | None = None) -> RoomTransaction:
        """Open a room for change. Until the transaction ends, nobody else changes it.

        :param actor: public id of the participant who acts; ``None`` for the room itself.
        """
        meeting = session.scalar(select(Meeting).where(Meeting.id == meeting_id).with_for_update())
        if meeting is None:
            raise NotFound("unknown_meeting", _("This meeting does not exist any more."))
        session.refresh(meeting)
        registry = self.registry(meeting)
        return RoomTransaction(
            session,
            meeting,
            self._take(session, meeting, registry),
            self.clock.now(),
            registry.apply,
            registry.sources,
            actor,
        )

    def keep(self, room: RoomTransaction) -> None:
        """Write what a transaction appended. The caller commits; then the state is back in the cache."""
        meeting, state = room.meeting, room.state
        for event in room.events:
            room.session.add(
                JournalEvent(
                    tenant_id=meeting.tenant_id,
                    meeting_id=meeting.id,
                    seq=event.seq,
                    at=event.at,
                    kind=event.kind,
                    actor=event.actor,
                    audience=event.audience,
                    data=event.data,
                )
            )
        if room.events:
            meeting.last_seq = state.seq
            if state.seq // SNAPSHOT_EVERY > (state.seq - len(room.events)) // SNAPSHOT_EVERY:
                room.session.add(
                    RoomSnapshot(
                        tenant_id=meeting.tenant_id, meeting_id=meeting.id, seq=state.seq, state=dump(state)
                    )
                )
        self._give_back_after_commit(room.session, meeting.id, state)

    def unchanged(self, room: RoomTransaction) -> None:
        """A change that was refused before it appended anything leaves the state as it was."""
        if not room.events:
            self._states[room.meeting.id] = room.state

    def read(self, session: Session, meeting_id: int) -> tuple[Meeting, Registry, RoomState]:
        """A room as it is now. Do not change it, and hand it back with ``done``."""
        meeting = session.get_one(Meeting, meeting_id)
        registry = self.registry(meeting)
        return meeting, registry, self._take(session, meeting, registry)

    def done(self, meeting_id: int, state: RoomState) -> None:
        """Hand back what ``read`` gave."""
        self._states[meeting_id] = state

    def _take(self, session: Session, meeting: Meeting, registry: Registry) -> RoomState:
        state = self._states.pop(meeting.id, None)
        if state is None or state.seq > meeting.last_seq:
            state = self._restore(session, meeting, registry)
        for event in journal(session, meeting.id, after=state.seq, until=meeting.last_seq):
            registry.apply(state, event)
            state.seq = event.seq
        for name, initial in registry.empty_slices().items():
            state.slices.setdefault(name, initial)
        return state

    def _restore(self, session: Session, meeting: Meeting, registry: Registry) -> RoomState:
        snapshot = session.scalar(
            select(RoomSnapshot)
            .where(RoomSnapshot.meeting_id == meeting.id)
            .order_by(RoomSnapshot.seq.desc())
            .limit(1)
        )
        if snapshot is not None:
            return restore(snapshot.state)
        settings = MeetingSettings(
            id=meeting.public_id,
            name=meeting.name,
            room_class=meeting.room_class.value,
            microphones=meeting.microphones.value,
            wait_for_presenter=meeting.wait_for_presenter,
        )
        return RoomState(settings, slices=registry.empty_slices())

    def _give_back_after_commit(self, session: Session, meeting_id: int, state: RoomState) -> None:
        def give_back(_session: Session) -> None:
            self._states[meeting_id] = state

        sqlalchemy_event.listen(session, "after_commit", give_back, once=True)


def journal(session: Session, meeting_id: int, *, after: int, until: int | None = None) -> Iterable[Event]:
    """Events of a room after one number, in order."""
    if until is not None and after >= until:
        return []
    query: Any = select(JournalEvent).where(JournalEvent.meeting_id == meeting_id, JournalEvent.seq > after)
    if until is not None:
        query = query.where(JournalEvent.seq <= until)
    return [Event.of(row) for row in session.scalars(query.order_by(JournalEvent.seq))]
