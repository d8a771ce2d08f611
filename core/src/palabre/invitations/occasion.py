"""What a mail to a guest is about: the meeting, who invites, who is invited, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from palabre.calendar.invite import Attendee, Entry, Organiser, Time
from palabre.invitations.inviter import Inviter
from palabre.model import Invitee, Meeting, MeetingState, Occurrence, Response, Role

_PARTSTAT = {
    Response.NONE: "NEEDS-ACTION",
    Response.ACCEPTED: "ACCEPTED",
    Response.TENTATIVE: "TENTATIVE",
    Response.DECLINED: "DECLINED",
}

#: How the calendar's UID of each meeting ends.
_UID = "@palabre"


@dataclass(frozen=True)
class Occasion:
    """A meeting as one guest is told of it.

    :param occurrences: every time that it takes place, the first one first; none for a room that is always open.
    :param occurrence: the one that the mail is about; ``None`` is all of them.
    :param invitee: without an address where it is whoever has a public link.
    :param link: the guest's address to join by.
    :param site: address of the tenant's site.
    :param answers_to: address that answers to calendar invitations go to; ``None`` is the organiser's own.
    :param sender: address that mails come from.
    """

    meeting: Meeting
    occurrences: tuple[Occurrence, ...]
    invitee: Invitee
    organiser: Inviter | None
    brand: str
    site: str
    link: str
    language: str
    sender: str
    answers_to: str | None = None
    occurrence: Occurrence | None = None

    @property
    def invites(self) -> str:
        """Name of whoever invites."""
        return self.organiser.name if self.organiser else self.brand

    @property
    def starts_at(self) -> datetime | None:
        """When what the mail is about begins."""
        return self.occurrence.starts_at if self.occurrence else self.meeting.starts_at

    @property
    def duration_min(self) -> int:
        """How long it is expected to last, in minutes."""
        return self.occurrence.duration_min if self.occurrence else self.meeting.duration_min

    @property
    def zones(self) -> tuple[str, ...]:
        """The guest's zone, and the meeting's where the clocks there show another time."""
        own = self.invitee.time_zone or self.meeting.time_zone
        at = self.starts_at
        if (
            at is None
            or at.astimezone(ZoneInfo(own)).utcoffset()
            == at.astimezone(ZoneInfo(self.meeting.time_zone)).utcoffset()
        ):
            return (own,)
        return (own, self.meeting.time_zone)

    def is_over(self, now: datetime) -> bool:
        """Whether what the mail is about has been, is not to be, or was cancelled."""
        if self.meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED):
            return True
        if self.occurrence is None:
            return False
        ends_at = self.occurrence.starts_at + timedelta(minutes=self.occurrence.duration_min)
        return self.occurrence.state in (MeetingState.ENDED, MeetingState.CANCELLED) or ends_at <= now

    def entry(self, description: str, *, now: datetime) -> Entry | None:
        """The meeting in the guest's calendar; ``None`` where it has no time.

        :param description: plain text.
        """
        meeting, invitee = self.meeting, self.invitee
        first = meeting.first_start
        # What took place under an earlier rule is not of this series: a calendar's begins with its first start.
        times = [time_of(one) for one in self.occurrences if first is None or one.recurrence_id >= first]
        if not times:
            return None
        return Entry(
            uid=uid_of(meeting),
            sequence=meeting.revision,
            name=meeting.name,
            description=description,
            zone=meeting.time_zone,
            times=times,
            rule=meeting.repeat_rule,
            organiser=self._organiser(),
            changed_at=now,
            attendee=self._attendee(),
            link=self.link if invitee.removed_at is None else None,
            language=self.language,
        )

    def _attendee(self) -> Attendee | None:
        invitee = self.invitee
        if not invitee.email:
            return None
        is_presenter = invitee.role is Role.PRESENTER
        return Attendee(invitee.email, invitee.name, _PARTSTAT[invitee.response], is_presenter)

    def _organiser(self) -> Organiser:
        own = self.organiser.email if self.organiser else self.sender
        return Organiser(self.answers_to or own, self.invites, self.sender)


def time_of(occurrence: Occurrence) -> Time:
    """An occurrence as calendars see it."""
    return Time(
        occurrence.recurrence_id,
        occurrence.starts_at,
        occurrence.duration_min,
        occurrence.state is MeetingState.CANCELLED,
    )


def uid_of(meeting: Meeting) -> str:
    """What names a meeting in calendars, for ever (RFC 5545, section 3.8.4.7)."""
    return f"{meeting.public_id}{_UID}"


def public_id_of(uid: str) -> str:
    """Of which meeting a UID is; empty where it is none of ours."""
    return uid.removesuffix(_UID) if uid.endswith(_UID) else ""
