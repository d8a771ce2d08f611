"""What one may do with the screen: start, stop, ask for it, answer who asks."""

from __future__ import annotations

from pydantic import Field

from palabre.toolkit import (
    Act,
    Nothing,
    Participant,
    Payload,
    Refused,
    RoomState,
    RoomTransaction,
    Rule,
    TrackSource,
    Verdict,
    everyone,
)
from palabre.toolkit import gettext as _
from palabre_screen_share import stage


class ScreenTaken(Refused):
    """Somebody else is showing, or has just been given the turn."""

    def __init__(self, name: str) -> None:
        super().__init__("screen_taken", _("{name} is showing. Ask to show after them.").format(name=name))


class NotShowing(Refused):
    """There is nothing to stop or to give."""

    def __init__(self) -> None:
        super().__init__("not_showing", _("Nobody is showing a screen."))


class Someone(Payload):
    """A participant, by its public id; without one, oneself."""

    participant: str | None = Field(default=None, max_length=32)


class Answer(Payload):
    """What the person who shows says to the person who asks."""

    participant: str = Field(max_length=32)
    accept: bool


def _may_show(state: RoomState, actor: Participant) -> Verdict:
    if actor.role == "presenter":
        return Verdict.yes("presenters show their screen")
    if actor.floor and actor.floor_may_show:
        return Verdict.yes("the floor was given with the right to show")
    return Verdict.no(
        "guests need the floor with the right to show",
        _("Only presenters show their screen. Raise your hand to be given that right."),
    )


def _has_the_screen(state: RoomState, actor: Participant) -> Verdict:
    if stage.showing(state.slices["screen_share"]) == actor.id:
        return _may_show(state, actor)
    return Verdict.no("somebody else, or nobody, has the screen", _("It is not your turn to show a screen."))


may_show = Rule("may_show", "presenters, and guests with the floor and the right to show", _may_show)
has_the_screen = Rule("has_the_screen", "who has started to show and may still", _has_the_screen)


def start(room: RoomTransaction, _payload: Nothing) -> None:
    """Take the screen if it is free; starting twice is starting once."""
    now_showing = _slice(room)
    showing = stage.showing(now_showing)
    if showing == room.actor.id:
        return
    if showing is not None:
        raise ScreenTaken(room.state.participants[showing].name)
    if not stage.has_turn(now_showing, room.actor.id, room.now):
        raise ScreenTaken(room.state.participants[now_showing["turn"]["participant"]].name)
    room.append("screen_share.started", {"participant": room.actor.id})


def stop(room: RoomTransaction, payload: Someone) -> None:
    """Stop showing; a presenter may stop somebody else."""
    participant = payload.participant or room.actor.id
    if participant != room.actor.id and room.actor.role != "presenter":
        raise Refused("not_allowed", _("Only a presenter may stop somebody else's screen."))
    if stage.showing(_slice(room)) == participant:
        room.append("screen_share.stopped", {"participant": participant})


def ask(room: RoomTransaction, _payload: Nothing) -> None:
    """Ask the person who shows to give way."""
    if stage.showing(_slice(room)) in (None, room.actor.id):
        raise NotShowing
    room.append("screen_share.asked", {"participant": room.actor.id})


def answer(room: RoomTransaction, payload: Answer) -> None:
    """Give way to somebody who asked, or not now."""
    current = _slice(room)
    if stage.showing(current) != room.actor.id:
        raise NotShowing
    if all(request["participant"] != payload.participant for request in current["asking"]):
        raise Refused("not_asking", _("This person does not ask to show any more."))
    kind = "screen_share.given_way" if payload.accept else "screen_share.declined"
    room.append(kind, {"participant": payload.participant})


def _slice(room: RoomTransaction) -> stage.Stage:
    found: stage.Stage = room.state.slices["screen_share"]
    return found


ACTS = [
    Act("screen_share.start", Nothing, may_show, start),
    Act("screen_share.stop", Someone, everyone, stop),
    Act("screen_share.ask", Nothing, may_show, ask),
    Act("screen_share.answer", Answer, everyone, answer),
]

SOURCES = [
    TrackSource("screen", "video", has_the_screen),
    TrackSource("screen_audio", "audio", has_the_screen),
]
