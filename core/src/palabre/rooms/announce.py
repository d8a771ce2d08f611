"""What a transaction did in a room, and telling the plugins about it after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from palabre.hookspecs import meetings, rooms
from palabre.model import Meeting
from palabre.plugins.host import PluginHost
from palabre.rooms.events import Event
from palabre.tenants.scope import TenantContext, tenant_scope


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one transaction did in one room.

    :param meeting: as the transaction left it.
    :param scope: its tenant, with the features the room opened with.
    :param events: what was appended to the journal, in order.
    """

    meeting: Meeting
    scope: TenantContext
    events: tuple[Event, ...]

    @property
    def meeting_id(self) -> int:
        """Key of the meeting's row, by which journals are followed."""
        return self.meeting.id


def announce(plugins: PluginHost, outcome: Outcome) -> None:
    """Call the notify hooks for what was just committed. Call it outside any transaction."""
    with tenant_scope(outcome.scope):
        for event in outcome.events:
            _announce(plugins, outcome.meeting, event)


def _announce(plugins: PluginHost, meeting: Meeting, event: Event) -> None:
    if event.kind == "opened":
        plugins.notify(meetings.meeting_started, meeting=meeting)
    elif event.kind == "joined":
        person = event.data["participant"]
        plugins.notify(
            rooms.participant_joined, meeting=meeting, participant=person["id"], name=person["name"]
        )
    elif event.kind == "left":
        plugins.notify(
            rooms.participant_left,
            meeting=meeting,
            participant=event.data["participant"],
            reason=event.data["reason"],
        )
    elif event.kind == "ended":
        plugins.notify(meetings.meeting_ended, meeting=meeting)
    plugins.notify(rooms.event_recorded, meeting=meeting, event=event)
