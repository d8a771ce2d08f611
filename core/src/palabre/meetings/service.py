"""Planning a meeting, and finding one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.model import Meeting, Microphones, RoomClass

#: Word that stands for the demonstration meeting in commands.
DEMONSTRATION = "demo"


def plan_meeting(
    session: Session,
    *,
    name: str,
    now: datetime,
    tenant_id: int,
    room_class: RoomClass = RoomClass.S,
    starts_at: datetime | None = None,
    wait_for_presenter: bool = False,
    microphones: Microphones | None = None,
    is_demonstration: bool = False,
) -> Meeting:
    """Plan a meeting, in the caller's transaction.

    :param starts_at: ``None`` makes a room that is always open.
    :param microphones: by default free up to class S, by floor above.
    """
    meeting = Meeting(
        tenant_id=tenant_id,
        name=name,
        room_class=room_class,
        starts_at=starts_at,
        wait_for_presenter=wait_for_presenter,
        microphones=microphones or (Microphones.FREE if room_class is RoomClass.S else Microphones.FLOOR),
        is_demonstration=is_demonstration,
        created_at=now,
    )
    session.add(meeting)
    session.flush()
    return meeting


def find_meeting(session: Session, name: str) -> Meeting:
    """The meeting of a public id, or the demonstration meeting for the word ``demo``.

    :raises NotFound: code ``unknown_meeting``.
    """
    query = select(Meeting)
    if name == DEMONSTRATION:
        query = query.where(Meeting.is_demonstration).order_by(Meeting.id).limit(1)
    else:
        query = query.where(Meeting.public_id == name)
    meeting = session.scalar(query)
    if meeting is None:
        raise NotFound("unknown_meeting", _("There is no meeting {name}.").format(name=name))
    return meeting


def shown_name(meeting: Meeting) -> str:
    """The meeting's name as it is shown; nobody named the demonstration, so it is in the reader's language."""
    return _("Demonstration meeting") if meeting.is_demonstration else meeting.name
