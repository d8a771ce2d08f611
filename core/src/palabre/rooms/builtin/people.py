"""Who is in the room and in which role: leaving, admitting, removing, roles, lock, end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import select

from palabre.errors import NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import Participant as ParticipantRow
from palabre.model import Presence
from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Nothing, Payload, RoomTransaction
from palabre.rooms.builtin.targets import Someone, present
from palabre.rooms.names import clean_name
from palabre.rooms.opening import end_room
from palabre.rooms.presence import become, depart
from palabre.rooms.rules import everyone, presenters


class RoleChange(Someone):
    """Whom, and what they become."""

    role: Literal["presenter", "guest"]


class Renaming(Payload):
    """A new name."""

    name: str = Field(max_length=1000)


class Admission(Payload):
    """Whom to let in; without anybody, all who wait."""

    participant: str | None = Field(default=None, max_length=32)


class LastPresenter(Refused):
    """A room needs somebody who leads it."""

    def __init__(self) -> None:
        super().__init__(
            "last_presenter", _("Make somebody else a presenter first: a meeting needs one to lead it.")
        )


def leave(room: RoomTransaction, _payload: Nothing) -> None:
    """Go."""
    depart(room, _row(room, room.actor.id), "left")


def admit(room: RoomTransaction, payload: Admission) -> None:
    """Let in one who waits, or all of them."""
    wanted = [payload.participant] if payload.participant else list(room.state.waiting)
    for participant in wanted:
        if participant not in room.state.waiting:
            raise NotFound("unknown_participant", _("This person does not wait any more."))
        _row(room, participant).admitted_at = room.now
        room.append("admitted", {"participant": participant}, audience="presenters")


def remove(room: RoomTransaction, payload: Someone) -> None:
    """Show somebody out; they cannot come back by the same browser session."""
    if payload.participant == room.actor.id:
        raise Refused("not_allowed", _("To go yourself, choose Leave."))
    if payload.participant not in room.state.waiting:
        present(room, payload.participant)
    depart(room, _row(room, payload.participant), "removed")


def change_role(room: RoomTransaction, payload: RoleChange) -> None:
    """Make somebody a presenter or a guest."""
    person = present(room, payload.participant)
    if payload.role == "guest" and room.state.presenters() == [person]:
        raise LastPresenter
    become(room, person.id, payload.role)


def new_presenter(room: RoomTransaction, payload: Someone) -> None:
    """Hand the meeting over: the other becomes presenter, the actor a guest."""
    person = present(room, payload.participant)
    if person.id == room.actor.id:
        return
    become(room, person.id, "presenter")
    become(room, room.actor.id, "guest")


def rename(room: RoomTransaction, payload: Renaming) -> None:
    """Bear another name."""
    name = clean_name(payload.name)
    if name != room.actor.name:
        _row(room, room.actor.id).name = name
        room.append("renamed", {"participant": room.actor.id, "name": name})


def lock(room: RoomTransaction, _payload: Nothing) -> None:
    """Guests who come now wait until they are admitted."""
    if not room.state.meeting.locked:
        room.append("locked", {})


def unlock(room: RoomTransaction, _payload: Nothing) -> None:
    """Guests come in as they arrive."""
    if room.state.meeting.locked:
        room.append("unlocked", {})


def end_for_all(room: RoomTransaction, _payload: Nothing) -> None:
    """The meeting is over."""
    end_room(room)


def _row(room: RoomTransaction, participant: str) -> ParticipantRow:
    return room.session.scalars(
        select(ParticipantRow).where(
            ParticipantRow.public_id == participant, ParticipantRow.presence != Presence.LEFT
        )
    ).one()


@hookimpl
def room_acts() -> list[Act]:
    """What concerns people."""
    return [
        Act("leave", Nothing, everyone, leave),
        Act("admit", Admission, presenters, admit),
        Act("remove", Someone, presenters, remove),
        Act("change_role", RoleChange, presenters, change_role),
        Act("new_presenter", Someone, presenters, new_presenter),
        Act("rename", Renaming, everyone, rename),
        Act("lock", Nothing, presenters, lock),
        Act("unlock", Nothing, presenters, unlock),
        Act("end_for_all", Nothing, presenters, end_for_all),
    ]
