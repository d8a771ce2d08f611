"""Hooks about what happens in a room. No hook runs for each packet or frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect, guard, notify

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from palabre.model import Meeting
    from palabre.rooms.acts import Act, Slice, TrackSource
    from palabre.rooms.entering import Joiner
    from palabre.rooms.events import Event


@collect
def room_acts() -> list[Act]:
    """Add acts: things that participants can ask a room to do.

    Called once for each set of features that a room opens with, in the tenant's scope, and remembered.

    :returns: acts named ``<plugin>.<name>``.
    """
    raise NotImplementedError


@collect
def room_slice() -> Slice:
    """Add a part to the state of every room: what the plugin's events add up to.

    Called together with ``room_acts``. Late comers get it as it is; browsers keep their copy up to date from the
    events.

    :returns: a slice that bears the plugin's name.
    """
    raise NotImplementedError


@collect
def track_sources() -> list[TrackSource]:
    """Add sources that participants may publish tracks from, such as a screen.

    Called together with ``room_acts``. A track whose rule stops holding is closed, whatever its browser does.

    :returns: sources with a name of their own; the core brings ``microphone`` and ``camera``.
    """
    raise NotImplementedError


@guard
def participant_joining(session: Session, meeting: Meeting, joiner: Joiner) -> None:
    """Somebody is about to come in, for the first time or after having left.

    Called inside the transaction, after link, waiting and size were checked. Not called when a connection comes
    back within its grace.

    :param joiner: the name, the connection, and the way they come (``web``).
    :raises Refused: to keep them out; they read the message.
    """


@notify
def participant_joined(meeting: Meeting, participant: str, name: str) -> None:
    """Somebody is in the room. Called after the commit, by the process that let them in.

    :param participant: public id.
    :param name: as the others read it.
    """


@notify
def participant_left(meeting: Meeting, participant: str, reason: str) -> None:
    """Somebody is out of the room. Called after the commit, by the process that noticed.

    :param participant: public id.
    :param reason: ``left``, ``lost``, ``removed`` or ``ended``.
    """


@notify
def event_recorded(meeting: Meeting, event: Event) -> None:
    """Something happened in a room. Called after the commit for every event, by the process that did it.

    Keep it short: long work belongs to a duty.
    """
