"""Following the journals of the rooms that have sockets here.

Whoever performs an act broadcasts it; following is what makes sure. Events of another process, of the command line,
or of a process that died between commit and broadcast arrive by this way.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.model import Meeting
from palabre.rooms.events import Event
from palabre.rooms.rooms import journal


def follow(session: Session, seen: Mapping[int, int]) -> dict[int, list[Event]]:
    """What came after the number last seen, for each meeting.

    :param seen: last sequence number that was broadcast, by meeting id.
    :returns: only meetings in which something happened; one cheap query when nothing did anywhere.
    """
    if not seen:
        return {}
    grown = session.execute(select(Meeting.id, Meeting.last_seq).where(Meeting.id.in_(list(seen)))).tuples()
    return {
        meeting_id: list(journal(session, meeting_id, after=seen[meeting_id], until=last_seq))
        for meeting_id, last_seq in grown
        if last_seq > seen[meeting_id]
    }
