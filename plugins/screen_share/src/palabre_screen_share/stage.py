"""Who is showing a screen and who asks to: the plugin's slice of the room's state.

One person shows at a time. Somebody else *asks*; the one who shows gives way or declines; the one given way
to has the *turn* for ``TURN_S`` seconds, because a browser opens its screen picker only on a fresh click.

The slice, as browsers get it::

    {"showing": {"participant": "p…", "since": "2026-01-31T09:00:00+00:00"} | None,
     "asking": [{"participant": "p…", "since": "…"}],          # oldest first
     "turn": {"participant": "p…", "until": "…"} | None}
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from palabre.toolkit import Event, Slice

#: Seconds that the screen is kept free for the person it was given to.
TURN_S = 30

Stage = dict[str, Any]


def empty() -> Stage:
    """Nobody shows, nobody asks."""
    return {"showing": None, "asking": [], "turn": None}


def showing(stage: Stage) -> str | None:
    """The participant who shows now."""
    return stage["showing"]["participant"] if stage["showing"] else None


def has_turn(stage: Stage, participant: str, now: datetime) -> bool:
    """Whether ``participant`` may take a free screen: it is kept for them, or for nobody."""
    turn = stage["turn"]
    return turn is None or turn["participant"] == participant or datetime.fromisoformat(turn["until"]) <= now


def _started(stage: Stage, event: Event) -> None:
    participant = event.data["participant"]
    stage["showing"] = {"participant": participant, "since": event.at.isoformat()}
    stage["turn"] = None
    _forget_request(stage, participant)


def _stopped(stage: Stage, event: Event) -> None:
    if showing(stage) == event.data["participant"]:
        stage["showing"] = None


def _asked(stage: Stage, event: Event) -> None:
    _forget_request(stage, event.data["participant"])
    stage["asking"].append({"participant": event.data["participant"], "since": event.at.isoformat()})


def _declined(stage: Stage, event: Event) -> None:
    _forget_request(stage, event.data["participant"])


def _given_way(stage: Stage, event: Event) -> None:
    participant = event.data["participant"]
    stage["showing"] = None
    stage["turn"] = {
        "participant": participant,
        "until": (event.at + timedelta(seconds=TURN_S)).isoformat(),
    }
    _forget_request(stage, participant)


def _forget(stage: Stage, event: Event) -> None:
    """Somebody left, or lost the right to show: nothing of theirs stays."""
    participant = event.data["participant"]
    if showing(stage) == participant:
        stage["showing"] = None
    if stage["turn"] and stage["turn"]["participant"] == participant:
        stage["turn"] = None
    _forget_request(stage, participant)


def _role_changed(stage: Stage, event: Event) -> None:
    if event.data["role"] == "guest":
        _forget(stage, event)


def _forget_request(stage: Stage, participant: str) -> None:
    stage["asking"] = [request for request in stage["asking"] if request["participant"] != participant]


SLICE = Slice(
    name="screen_share",
    initial=empty,
    apply={
        "screen_share.started": _started,
        "screen_share.stopped": _stopped,
        "screen_share.asked": _asked,
        "screen_share.declined": _declined,
        "screen_share.given_way": _given_way,
        "left": _forget,
        "floor_taken": _forget,
        "role_changed": _role_changed,
    },
)
