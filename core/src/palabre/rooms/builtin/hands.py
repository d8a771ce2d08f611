"""Asking to speak: hands go up, and come down when the floor is given or the wish is gone."""

from __future__ import annotations

from pydantic import Field

from palabre.errors import NotAllowed
from palabre.i18n import gettext as _
from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Nothing, Payload, RoomTransaction
from palabre.rooms.builtin.targets import present
from palabre.rooms.rules import everyone


class Lowering(Payload):
    """Whose hand; without anybody, one's own."""

    participant: str | None = Field(default=None, max_length=32)


def raise_hand(room: RoomTransaction, _payload: Nothing) -> None:
    """Ask to speak; a hand that is up stays where it is in the queue."""
    if room.actor.hand_raised_at is None:
        room.append("hand_raised", {"participant": room.actor.id})


def lower_hand(room: RoomTransaction, payload: Lowering) -> None:
    """Take one's hand down; presenters may take down another's."""
    person = present(room, payload.participant or room.actor.id)
    if person.id != room.actor.id and room.actor.role != "presenter":
        raise NotAllowed("not_allowed", _("Only a presenter can lower somebody else's hand."))
    if person.hand_raised_at is not None:
        room.append("hand_lowered", {"participant": person.id})


@hookimpl
def room_acts() -> list[Act]:
    """What one does with a hand."""
    return [
        Act("raise_hand", Nothing, everyone, raise_hand),
        Act("lower_hand", Lowering, everyone, lower_hand),
    ]
