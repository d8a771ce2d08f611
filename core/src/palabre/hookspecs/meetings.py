"""Hooks about the course of a meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import guard, notify

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from palabre.model import Meeting


@guard
def meeting_starting(session: Session, meeting: Meeting) -> None:
    """A meeting is about to become live, because the first participant comes in.

    Called inside the transaction that opens the room; what it writes is committed or rolled back with it. Not
    called again while the meeting stays live.

    :param session: the open transaction.
    :param meeting: still in its old state.
    :raises Refused: to keep the room closed; the person at the door reads the message.
    """


@notify
def meeting_started(meeting: Meeting) -> None:
    """A meeting has become live. Called after the commit, once for each opening.

    :param meeting: detached from its session; write in a transaction of your own.
    """


@notify
def meeting_ended(meeting: Meeting) -> None:
    """A meeting is over: everybody is out. Called after the commit.

    :param meeting: detached from its session; write in a transaction of your own.
    """
