"""Who was, and who is, in a meeting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.model import Invitee, JournalEvent, LinkKind, Meeting, Occurrence, Participant, Presence, Role
from palabre.model.meeting import JoinLink

#: Events of the journal that say who is in the room.
_COMING_AND_GOING = ("joined", "left", "ended")
#: ``None`` at the end: still there.
_Stay = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Attendance:
    """How one person attended. Whoever came by a personal link on two devices is one person.

    :param via: ``web``, or another way that a plugin adds; several are separated by commas.
    :param last_left_at: ``None`` while they are there.
    :param present_s: seconds in the room; what overlaps counts once.
    :param invitee_id: who of the guest list it was, if one.
    """

    name: str
    role: Role
    via: str
    first_entered_at: datetime
    last_left_at: datetime | None
    present_s: float
    invitee_id: int | None


def people_present(session: Session, *, meeting: Meeting) -> list[Participant]:
    """Who is in the room now, presenters first, then as they came."""
    found = session.scalars(
        select(Participant)
        .where(Participant.meeting_id == meeting.id, Participant.presence == Presence.PRESENT)
        .order_by(Participant.entered_at, Participant.id)
    )
    return sorted(found, key=lambda one: one.role is not Role.PRESENTER)


def attendance(
    session: Session, *, meeting: Meeting, occurrence: Occurrence | None = None, now: datetime | None = None
) -> list[Attendance]:
    """Who was in a meeting, in the order they came: two queries, however many there were.

    :param occurrence: only this time; all of them when not given.
    :param now: until when people who are still there are counted; without it their last stay counts nothing yet.
    """
    stays = _stays(session, meeting, occurrence)
    rows = session.execute(
        select(Participant, JoinLink.kind, Invitee.id)
        .outerjoin(JoinLink, JoinLink.id == Participant.link_id)
        .outerjoin(Invitee, Invitee.link_id == Participant.link_id)
        .where(Participant.meeting_id == meeting.id)
        .order_by(Participant.id)
    ).all()
    people: dict[str, list[tuple[Participant, int | None]]] = defaultdict(list)
    for row, kind, invitee_id in rows:
        if row.public_id in stays:
            # a public link says nothing about who came by it
            who = f"link {row.link_id}" if kind is LinkKind.PERSONAL else row.public_id
            people[who].append((row, invitee_id))
    found = [
        _attended(rows, [stay for row, _id in rows for stay in stays[row.public_id]], now)
        for rows in people.values()
    ]
    return sorted(found, key=lambda one: (one.first_entered_at, one.name))


def _stays(session: Session, meeting: Meeting, occurrence: Occurrence | None) -> dict[str, list[_Stay]]:
    """From when to when each participant was in the room, by public id."""
    query = select(JournalEvent.at, JournalEvent.kind, JournalEvent.data).where(
        JournalEvent.meeting_id == meeting.id, JournalEvent.kind.in_(_COMING_AND_GOING)
    )
    if occurrence is not None:
        if occurrence.started_at is None:
            return {}
        query = query.where(JournalEvent.at >= occurrence.started_at)
        if occurrence.ended_at is not None:
            query = query.where(JournalEvent.at <= occurrence.ended_at)
    inside: dict[str, datetime] = {}
    found: dict[str, list[_Stay]] = defaultdict(list)
    for at, kind, data in session.execute(query.order_by(JournalEvent.seq)):
        if kind == "joined":
            inside.setdefault(data["participant"]["id"], at)
        elif kind == "ended":
            for who, since in inside.items():
                found[who].append((since, at))
            inside = {}
        elif data["participant"] in inside:
            found[data["participant"]].append((inside.pop(data["participant"]), at))
    for who, since in inside.items():
        found[who].append((since, None))
    return dict(found)


def _attended(
    rows: list[tuple[Participant, int | None]], stays: list[_Stay], now: datetime | None
) -> Attendance:
    last, invitee_id = rows[-1]
    ends = [until for _since, until in stays]
    return Attendance(
        name=last.name,
        role=Role.PRESENTER if any(row.role is Role.PRESENTER for row, _id in rows) else last.role,
        via=", ".join(dict.fromkeys(row.via for row, _id in rows)),
        first_entered_at=min(since for since, _until in stays),
        last_left_at=None if None in ends else max(until for until in ends if until is not None),
        present_s=_covered_s([(since, until or now or since) for since, until in stays]),
        invitee_id=invitee_id,
    )


def _covered_s(stays: list[tuple[datetime, datetime]]) -> float:
    """Seconds that at least one of the stays covers."""
    covered, until = 0.0, None
    for since, end in sorted(stays):
        if until is None or since > until:
            covered += (end - since).total_seconds()
            until = end
        elif end > until:
            covered += (end - until).total_seconds()
            until = end
    return covered
