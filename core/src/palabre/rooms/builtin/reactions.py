"""Reactions: a smile that everybody sees for a moment and the journal remembers."""

from __future__ import annotations

from typing import Literal

from palabre.plugins.markers import hookimpl
from palabre.rooms.acts import Act, Payload, Rate, RoomTransaction
from palabre.rooms.rules import everyone


class Reaction(Payload):
    """Which one."""

    reaction: Literal["thumbs_up", "clap", "heart", "laugh", "surprise", "thinking"]


def react(room: RoomTransaction, payload: Reaction) -> None:
    """Show it."""
    room.append("reacted", {"participant": room.actor.id, "reaction": payload.reaction})


@hookimpl
def room_acts() -> list[Act]:
    """Reacting."""
    return [Act("react", Reaction, everyone, react, Rate(per_second=2, burst=6))]
