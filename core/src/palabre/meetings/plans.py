"""What somebody wants to plan, as a value; and in what two plans differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.calendar import LocalStart, Repeat, local_of, repeat_of, resolve
from palabre.invitations import Guest
from palabre.model import Invitee, Meeting, Microphones, RoomClass

#: What the guests know of a meeting: a difference in it is mailed to them, after asking.
MATTERS = ("name", "kind", "description", "start", "duration_min", "repeat")


@dataclass(frozen=True)
class MeetingPlan:
    """A meeting as its organiser wants it.

    :param kind: ``web``, or one that a plugin adds.
    :param start: ``None`` for a room that is always open.
    :param duration_min: expected duration, in minutes.
    :param early_entry: a presenter may open it before its start.
    :param microphones: by default free up to class S, by floor above.
    :param is_public: with a link that anyone may be given.
    :param options: of plugins: ``{"<plugin>": {"<option>": value}}``.
    :param words: the organiser's words in the invitation.
    :param mail_on_planning: invitations are mailed when it is planned.
    :param mail_before_min: reminders so many minutes before each start.
    :param mail_at_start: a mail is sent when it starts.
    :param repeat: ``None`` takes place once.
    """

    name: str
    kind: str = "web"
    description: str = ""
    start: LocalStart | None = None
    duration_min: int = 60
    room_class: RoomClass = RoomClass.S
    wait_for_presenter: bool = False
    early_entry: bool = True
    microphones: Microphones | None = None
    is_public: bool = False
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    words: str = ""
    mail_on_planning: bool = True
    mail_before_min: tuple[int, ...] = ()
    mail_at_start: bool = False
    repeat: Repeat | None = None
    guests: tuple[Guest, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One field in which two plans differ.

    :param matters_to_guests: they know of it, so they are told if the organiser wants.
    """

    field: str
    old: Any
    new: Any
    matters_to_guests: bool


def plan_of(session: Session, *, meeting: Meeting) -> MeetingPlan:
    """The plan of a meeting as it stands; planned again, it makes a copy."""
    invitees = session.scalars(
        select(Invitee)
        .where(Invitee.meeting_id == meeting.id, Invitee.removed_at.is_(None))
        .order_by(Invitee.id)
    )
    first = meeting.first_start or meeting.starts_at
    return MeetingPlan(
        name=meeting.name,
        kind=meeting.kind,
        description=meeting.description,
        start=LocalStart(local_of(first, meeting.time_zone), meeting.time_zone) if first else None,
        duration_min=meeting.duration_min,
        room_class=meeting.room_class,
        wait_for_presenter=meeting.wait_for_presenter,
        early_entry=meeting.early_entry,
        microphones=meeting.microphones,
        is_public=meeting.is_public,
        options=meeting.options,
        words=meeting.words,
        mail_on_planning=meeting.mail_on_planning,
        mail_before_min=tuple(sorted(meeting.mail_before_min, reverse=True)),
        mail_at_start=meeting.mail_at_start,
        repeat=repeat_of(meeting.repeat_rule, zone=meeting.time_zone) if meeting.repeat_rule else None,
        guests=tuple(Guest(one.email, one.name, one.role, one.language, one.time_zone) for one in invitees),
    )


def differences(old: MeetingPlan, new: MeetingPlan) -> tuple[Difference, ...]:
    """In what ``new`` differs from ``old``, in the order of the plan's fields."""
    compared = ((name, getattr(old, name), getattr(new, name)) for name in MeetingPlan.__dataclass_fields__)
    return tuple(
        Difference(name, before, after, name in MATTERS)
        for name, before, after in compared
        if _meaning(name, before, old) != _meaning(name, after, new)
    )


def free_or_by_floor(plan: MeetingPlan) -> Microphones:
    """Whether guests may open their microphones as they like."""
    if plan.microphones is not None:
        return plan.microphones
    return Microphones.FREE if plan.room_class is RoomClass.S else Microphones.FLOOR


def _meaning(name: str, value: Any, plan: MeetingPlan) -> Any:
    """A field so that what means the same is equal."""
    if name == "start" and plan.start is not None:
        return resolve(plan.start.local, plan.start.zone).utc, plan.start.zone
    if name == "microphones":
        return free_or_by_floor(plan)
    if name == "mail_before_min":
        return set(plan.mail_before_min)
    if name == "guests":
        return {guest.email: guest for guest in plan.guests}
    if name in ("name", "description", "words"):
        return value.strip().replace("\r\n", "\n")
    return value
