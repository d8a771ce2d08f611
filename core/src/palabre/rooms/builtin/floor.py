"""The floor: the right of a guest to speak, and to show if given, that presenters give and take back."""

from __future__ import annotations

from typing import Literal

from palabre.errors import NotAllowed, Refused
from palabre.i18n import gettext as _
from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Payload, RoomTransaction
from palabre.rooms.builtin.targets import Someone, present
from palabre.rooms.rules import everyone, presenters


class FloorGift(Someone):
    """To whom, and whether they may show documents and screen too."""

    may_show: bool = False


class MicrophonesMode(Payload):
    """Whether guests open their microphone as they like."""

    mode: Literal["free", "floor"]


def give_floor(room: RoomTransaction, payload: FloorGift) -> None:
    """Let a guest speak."""
    person = present(room, payload.participant)
    if person.role == "presenter":
        raise Refused("not_allowed", _("Presenters always have the floor."))
    if not person.floor or person.floor_may_show != payload.may_show:
        room.append("floor_given", {"participant": person.id, "may_show": payload.may_show})


def take_floor(room: RoomTransaction, payload: Someone) -> None:
    """Take the floor back; a guest may give back their own."""
    person = present(room, payload.participant)
    if person.id != room.actor.id and room.actor.role != "presenter":
        raise NotAllowed("not_allowed", _("Only a presenter can take the floor back."))
    if person.floor:
        room.append("floor_taken", {"participant": person.id})


def set_microphones(room: RoomTransaction, payload: MicrophonesMode) -> None:
    """Whether guests need the floor to open their microphone."""
    if room.state.meeting.microphones != payload.mode:
        room.append("microphones_set", {"mode": payload.mode})


@hookimpl
def room_acts() -> list[Act]:
    """What concerns the floor."""
    return [
        Act("give_floor", FloorGift, presenters, give_floor),
        Act("take_floor", Someone, everyone, take_floor),
        Act("set_microphones", MicrophonesMode, presenters, set_microphones),
    ]
