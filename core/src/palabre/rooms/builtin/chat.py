"""Writing to everybody, or privately to the presenters."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import public_id
from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Payload, Rate, RoomTransaction, Slice
from palabre.rooms.events import Event
from palabre.rooms.rules import everyone
from palabre.rooms.state import Participant

#: Longest message, in characters.
TEXT_LENGTH = 4000
#: Messages that somebody who comes late can read.
KEPT = 500


class Message(Payload):
    """What is written, and to whom."""

    text: str = Field(min_length=1, max_length=TEXT_LENGTH)
    to: Literal["all", "presenters"] = "all"

    @field_validator("text")
    @classmethod
    def _without_control_characters(cls, text: str) -> str:
        return "".join(char for char in text if char >= " " or char in "\n\t")


class Deletion(Payload):
    """Which message."""

    id: str = Field(max_length=32)


def chat_send(room: RoomTransaction, payload: Message) -> None:
    """Write."""
    if not payload.text.strip():
        raise Refused("bad_payload", _("The message is empty."))
    message = {
        "id": public_id(),
        "from": room.actor.id,
        "from_name": room.actor.name,
        "text": payload.text,
        "to": payload.to,
    }
    room.append("chat_sent", message, audience=payload.to)


def chat_delete(room: RoomTransaction, payload: Deletion) -> None:
    """Take a message back; presenters may take back anybody's."""
    message = next((one for one in room.state.slices["chat"]["messages"] if one["id"] == payload.id), None)
    if message is None or not _visible(message, room.actor):
        raise NotFound("unknown_message", _("This message is not there any more."))
    if message["from"] != room.actor.id and room.actor.role != "presenter":
        raise NotAllowed("not_allowed", _("Only its author or a presenter can delete a message."))
    room.append("chat_deleted", {"id": payload.id})


def _sent(chat: dict[str, Any], event: Event) -> None:
    chat["messages"].append({**event.data, "at": event.at.isoformat()})
    del chat["messages"][:-KEPT]


def _deleted(chat: dict[str, Any], event: Event) -> None:
    chat["messages"] = [message for message in chat["messages"] if message["id"] != event.data["id"]]


def _view(chat: dict[str, Any], viewer: Participant) -> dict[str, Any]:
    return {"messages": [message for message in chat["messages"] if _visible(message, viewer)]}


def _visible(message: dict[str, Any], viewer: Participant) -> bool:
    return message["to"] == "all" or viewer.role == "presenter" or message["from"] == viewer.id


@hookimpl
def room_acts() -> list[Act]:
    """Writing and taking back."""
    return [
        Act("chat_send", Message, everyone, chat_send, Rate(per_second=2, burst=10)),
        Act("chat_delete", Deletion, everyone, chat_delete),
    ]


@hookimpl
def room_slice() -> Slice:
    """The messages, each viewer's own selection."""
    return Slice("chat", lambda: {"messages": []}, {"chat_sent": _sent, "chat_deleted": _deleted}, _view)
