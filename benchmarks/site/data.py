"""An organiser with years of meetings behind and before, and an address book: what the pages are measured with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.i18n.folding import folded
from palabre.model import (
    Account,
    Contact,
    Invitee,
    JoinLink,
    LinkKind,
    Meeting,
    MeetingState,
    Occurrence,
    Role,
    RoomClass,
    public_id,
)
from palabre.tenants import TenantContext, tenant_scope

SUBJECTS = (
    "Réunion d’équipe",
    "Budget review",
    "Conseil de quartier",
    "Point projet",
    "Été à Königsberg",
    "1:1",
)
NAMES = ("Léa", "Sam", "Zoé", "Kim", "Chloë", "Noah", "Inès", "Björn", "Ana", "Lou")
#: Guests of each meeting.
GUESTS = 5
#: Rows written in one transaction.
BATCH = 500


def make_organiser(application: Application, tenant: TenantContext) -> Account:
    """Somebody who can sign in."""
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        account = Account(
            email="organiser@example.org",
            name="Léa Organiser",
            time_zone="Europe/Paris",
            created_at=now,
            confirmed_at=now,
        )
        session.add(account)
    return account


def make_meetings(
    application: Application, tenant: TenantContext, organiser: Account, *, count: int, after: int = 0
) -> None:
    """Meetings of one hour each with five guests: four of ten to come, one of a hundred live, the others past.

    :param after: how many there are already.
    """
    chance = random.Random(after)
    now = application.clock.now()
    for numbers in _batches(after, after + count):
        with tenant_scope(tenant), application.db.transaction() as session:
            meetings = [_meeting(chance, organiser, number, now) for number in numbers]
            session.add_all(meetings)
            session.flush()
            for meeting in meetings:
                _add_guests(session, chance, meeting, now)


def make_contacts(
    application: Application, tenant: TenantContext, owner: Account, *, count: int, after: int = 0
) -> None:
    """People in an address book.

    :param after: how many there are already.
    """
    chance = random.Random(after)
    now = application.clock.now()
    for numbers in _batches(after, after + count):
        rows = []
        for number in numbers:
            name, email = f"{chance.choice(NAMES)} {number}", f"contact{number}@example.org"
            rows.append(
                {
                    "tenant_id": tenant.id,
                    "public_id": public_id(),
                    "account_id": owner.id,
                    "name": name,
                    "email": email,
                    "notes": "",
                    "sort_key": folded(name),
                    "search_text": folded(f"{name} {email}"),
                    "created_at": now,
                    "updated_at": now,
                }
            )
        with tenant_scope(tenant), application.db.transaction() as session:
            session.execute(insert(Contact), rows)


def gather_statistics(application: Application) -> None:
    """What a database does by itself after a while, so that it looks in the right place."""
    with application.db.transaction() as session:
        session.execute(text("ANALYZE"))


def _meeting(chance: random.Random, organiser: Account, number: int, now: datetime) -> Meeting:
    kind = number % 100
    state = MeetingState.LIVE if kind == 0 else MeetingState.PLANNED if kind <= 40 else MeetingState.ENDED
    days = chance.randint(1, 700)
    start = now + timedelta(days=days if state is MeetingState.PLANNED else -days)
    if state is MeetingState.LIVE:
        start = now - timedelta(minutes=chance.randint(1, 50))
    started = None if state is MeetingState.PLANNED else start
    ended = start + timedelta(hours=1) if state is MeetingState.ENDED else None
    meeting = Meeting(
        tenant_id=organiser.tenant_id,
        organiser_id=organiser.id,
        name=f"{chance.choice(SUBJECTS)} {number}",
        state=state,
        room_class=chance.choice(list(RoomClass)),
        starts_at=start,
        started_at=started,
        ended_at=ended,
        time_zone="Europe/Paris",
        created_at=now,
    )
    meeting.occurrences = [
        Occurrence(
            tenant_id=organiser.tenant_id,
            recurrence_id=start,
            starts_at=start,
            duration_min=60,
            state=state,
            started_at=started,
            ended_at=ended,
        )
    ]
    return meeting


def _add_guests(session: Session, chance: random.Random, meeting: Meeting, now: datetime) -> None:
    for number in range(GUESTS):
        name = f"{chance.choice(NAMES)} {chance.choice(NAMES)}"
        link = JoinLink(
            tenant_id=meeting.tenant_id,
            meeting_id=meeting.id,
            kind=LinkKind.PERSONAL,
            role=Role.GUEST,
            name=name,
            created_at=now,
        )
        session.add(
            Invitee(
                tenant_id=meeting.tenant_id,
                meeting_id=meeting.id,
                link=link,
                email=f"guest{number}.{chance.randint(0, 4000)}@example.org",
                name=name,
                created_at=now,
            )
        )


def _batches(first: int, end: int) -> Iterator[range]:
    for start in range(first, end, BATCH):
        yield range(start, min(start + BATCH, end))
