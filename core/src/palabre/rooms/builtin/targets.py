"""Finding whom an act is about."""

from __future__ import annotations

from pydantic import Field

from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.rooms.acts import Payload, RoomTransaction
from palabre.rooms.state import Participant


class Someone(Payload):
    """An act about one participant."""

    participant: str = Field(max_length=32)


def present(room: RoomTransaction, participant: str) -> Participant:
    """The participant of that public id, in the room.

    :raises NotFound: code ``unknown_participant``.
    """
    found = room.state.participants.get(participant)
    if found is None:
        raise NotFound("unknown_participant", _("This person is not in the meeting any more."))
    return found
