"""Following the journals of the rooms that have sockets here.

Whoever performs an act may broadcast it; following is what makes sure. Events of another process, of the command
line, or of a process that died between commit and broadcast arrive by this way.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.db import Database
from palabre.model import Meeting
from palabre.rooms.events import Event
from palabre.rooms.rooms import journal
from palabre.tenants.scope import tenant_scope


class JournalFollower:
    """Gives the events of some rooms, each once and in order, whoever performed them.

    :param db: asked at installation level: the rooms may belong to several tenants.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: dict[int, int] = {}

    def start(self, meeting_id: int, seq: int) -> None:
        """Give what follows ``seq`` from now on. A room that is followed already stays where it is."""
        self._seen.setdefault(meeting_id, seq)

    def stop(self, meeting_id: int) -> None:
        """Forget a room."""
        self._seen.pop(meeting_id, None)

    def poll(self) -> dict[int, list[Event]]:
        """What happened since the last poll, by meeting; only meetings in which something happened."""
        with tenant_scope(None), self._db.reading() as session:
            read = follow(session, self._seen)
        # another thread may have polled meanwhile: from here on nothing waits
        happened = {}
        for meeting_id, events in read.items():
            fresh = [event for event in events if event.seq > self._seen.get(meeting_id, event.seq)]
            if fresh:
                happened[meeting_id] = fresh
                self._seen[meeting_id] = fresh[-1].seq
        return happened


def follow(session: Session, seen: Mapping[int, int]) -> dict[int, list[Event]]:
    """What came after the number last seen, for each meeting.

    :param seen: last sequence number that was broadcast, by meeting id.
    :returns: only meetings in which something happened; one cheap query when nothing did anywhere.
    """
    if not seen:
        return {}
    grown = session.execute(select(Meeting.id, Meeting.last_seq).where(Meeting.id.in_(list(seen)))).all()
    return {
        meeting_id: journal(session, meeting_id, after=seen[meeting_id], until=last_seq)
        for meeting_id, last_seq in grown
        if last_seq > seen[meeting_id]
    }
