"""Telling the plugins, after the commit, what a transaction did."""

from __future__ import annotations

from collections.abc import Iterable

from palabre.model import Meeting
from palabre.rooms.events import Event
from palabre.rooms.rooms import Rooms


def announce(rooms: Rooms, meeting: Meeting, events: Iterable[Event]) -> None:
    """Call the notify hooks for events that were just committed. Call it outside any transaction."""
    plugins = rooms.plugins
    for event in events:
        if event.kind == "opened":
            plugins.notify("meeting_started", meeting=meeting)
        elif event.kind == "joined":
            person = event.data["participant"]
            plugins.notify(
                "participant_joined", meeting=meeting, participant=person["id"], name=person["name"]
            )
        elif event.kind == "left":
            plugins.notify(
                "participant_left",
                meeting=meeting,
                participant=event.data["participant"],
                reason=event.data["reason"],
            )
        elif event.kind == "ended":
            plugins.notify("meeting_ended", meeting=meeting)
        plugins.notify("event_recorded", meeting=meeting, event=event)
