"""Who may do what: named rules whose verdict carries its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from palabre.i18n import gettext as _
from palabre.rooms.state import Participant, RoomState


@dataclass(frozen=True)
class Verdict:
    """Whether, and why.

    :param reason: for logs and the documentation, in English.
    :param message: for the person, in their language; empty when allowed.
    """

    allowed: bool
    reason: str
    message: str = ""

    @classmethod
    def yes(cls, reason: str) -> Verdict:
        """Allowed."""
        return cls(True, reason)

    @classmethod
    def no(cls, reason: str, message: str) -> Verdict:
        """Refused, with a sentence that says what to do."""
        return cls(False, reason, message)


@dataclass(frozen=True)
class Rule:
    """A named question about an actor in a room.

    :param description: who passes, for the table in the protocol's documentation.
    """

    name: str
    description: str
    check: Callable[[RoomState, Participant], Verdict]


def _everyone(_state: RoomState, _actor: Participant) -> Verdict:
    return Verdict.yes("everybody in the room may")


def _presenters(_state: RoomState, actor: Participant) -> Verdict:
    if actor.role == "presenter":
        return Verdict.yes("presenters may")
    return Verdict.no("only presenters may", _("Only a presenter can do this."))


def _may_speak(state: RoomState, actor: Participant) -> Verdict:
    if actor.role == "presenter":
        return Verdict.yes("presenters speak")
    if state.meeting.microphones == "free":
        return Verdict.yes("microphones are free in this meeting")
    if actor.floor:
        return Verdict.yes("the floor was given")
    return Verdict.no(
        "guests need the floor here", _("Raise your hand: a presenter gives you the floor to speak.")
    )


everyone = Rule("everyone", "everybody in the room", _everyone)
presenters = Rule("presenters", "presenters", _presenters)
may_speak = Rule(
    "may_speak", "presenters, guests with the floor, and everybody where microphones are free", _may_speak
)
