"""Acting in a room from outside: what a duty, a page or a command does there, and nobody in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from palabre.model import JournalEvent, MeetingState, Participant, Presence
from palabre.rooms.acts import RoomTransaction
from palabre.rooms.announce import Outcome, announce
from palabre.rooms.opening import end_room

if TYPE_CHECKING:
    from palabre.application import Application


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One time that a room was open.

    :param seq: number of the event ``opened`` in its journal.
    :param closed_at: ``None`` while it is open.
    :param last_sign_at: when anybody was last known to be there, or anything to happen; at most ``closed_at``.
    """

    seq: int
    opened_at: datetime
    closed_at: datetime | None
    last_sign_at: datetime


@contextmanager
def in_room(application: Application, meeting_id: int, *, plugin: str) -> Iterator[RoomTransaction]:
    """Do something in a room, in a transaction of its own; after the commit everybody is told.

    Call it in the tenant's scope, and outside any transaction. The room has no actor; ``room.session`` is the
    transaction, in which nobody else changes the room.

    :param plugin: whose events may be appended.
    :raises NotFound: code ``unknown_meeting``.
    """
    with (
        application.db.transaction() as session,
        application.rooms.change(session, meeting_id) as room,
    ):
        room.prefix = f"{plugin}."
        yield room
        outcome = Outcome(meeting=room.meeting, scope=room.scope, events=tuple(room.events))
    announce(application.plugins, outcome)


def end_meeting(room: RoomTransaction) -> None:
    """End a meeting for all; nothing when it is not live."""
    if room.meeting.state is MeetingState.LIVE:
        end_room(replace(room, prefix=""))


def opening_after(session: Session, *, meeting_id: int, seq: int) -> Opening | None:
    """The first time that a room was open after an event of its journal, as the journal tells it.

    A plugin whose guard ``meeting_starting`` notes ``meeting.last_seq`` finds the opening again by it.

    :returns: ``None`` when the room was not opened since, or the meeting is not there any more.
    """
    opened = _first(session, meeting_id, "opened", after=seq)
    if opened is None:
        return None
    ended = _first(session, meeting_id, "ended", after=opened.seq)
    closed_at = ended.at if ended else None
    last = session.scalar(
        select(JournalEvent.at)
        .where(
            JournalEvent.meeting_id == meeting_id,
            JournalEvent.seq >= opened.seq,
            # that somebody was swept out, or the room closed, is no sign that anybody was there
            JournalEvent.kind.not_in(("left", "ended", "connection_lost")),
            # nor is what a plugin's duty said there
            or_(JournalEvent.actor.is_not(None), JournalEvent.kind.not_like("%.%")),
            *([JournalEvent.seq < ended.seq] if ended else []),
        )
        .order_by(JournalEvent.seq.desc())
        .limit(1)
    )
    signs = [opened.at, *([last] if last else [])]
    if closed_at is None:
        lease = session.scalar(
            select(Participant.lease_until)
            .where(Participant.meeting_id == meeting_id, Participant.presence != Presence.LEFT)
            .order_by(func.coalesce(Participant.lease_until, Participant.entered_at).desc())
            .limit(1)
        )
        signs += [lease] if lease else []
    else:
        signs.append(_deliberate_end(session, meeting_id, opened, ended, closed_at))
    return Opening(seq=opened.seq, opened_at=opened.at, closed_at=closed_at, last_sign_at=max(signs))


def _first(session: Session, meeting_id: int, kind: str, *, after: int) -> JournalEvent | None:
    return session.scalar(
        select(JournalEvent)
        .where(JournalEvent.meeting_id == meeting_id, JournalEvent.seq > after, JournalEvent.kind == kind)
        .order_by(JournalEvent.seq)
        .limit(1)
    )


def _deliberate_end(
    session: Session, meeting_id: int, opened: JournalEvent, ended: JournalEvent | None, closed_at: datetime
) -> datetime:
    """When somebody left on purpose, or ended the meeting for all: then they were there until then."""
    assert ended is not None
    if ended.actor is not None:
        return closed_at
    left = session.scalars(
        select(JournalEvent)
        .where(
            JournalEvent.meeting_id == meeting_id,
            JournalEvent.seq > opened.seq,
            JournalEvent.seq < ended.seq,
            JournalEvent.kind == "left",
        )
        .order_by(JournalEvent.seq.desc())
    )
    return next((one.at for one in left if one.data.get("reason") != "lost"), opened.at)
