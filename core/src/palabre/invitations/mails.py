"""Which mails a meeting owes its guests and its organiser. Each is owed once, however often it is asked for.

What goes to everybody is a duty of kind ``GUEST_MAIL``, which the worker fans out into rows of mail in batches: a
meeting of 5,000 guests is planned as fast as one of five. A mail's key holds invitee and moment, so that nobody
gets two when a worker is killed half way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from palabre.duties import add_duty
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.invitations.audience import GUEST_KINDS, language_of, mail_to, told
from palabre.invitations.inviter import inviter_of
from palabre.mail import queue_mail, queue_mails, withdraw_mails
from palabre.model import (
    Account,
    Duty,
    Invitee,
    Mail,
    MailState,
    Meeting,
    MeetingState,
    Occurrence,
    public_id,
)

#: Kind of the duties that write one mail for each guest: at once, or at the moment of a reminder.
GUEST_MAIL, TIMED_GUEST_MAIL = "mail.guests", "mail.guests_at"
#: Reminders may be so many minutes before the start.
SHORTEST_MIN, LONGEST_MIN = 1, 240


def invite(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Mail an invitation to every guest who has none yet, if the meeting invites on planning; and once, a summary to
    the organiser. Call it when a meeting is planned and whenever guests were added.
    """
    if meeting.mail_on_planning:
        _owe(session, meeting, "invitation", now=now)
    organiser = _organiser(session, meeting)
    if organiser is not None:
        queue_mail(
            session,
            key=f"summary:{meeting.id}",
            kind="summary",
            email=organiser.email,
            name=organiser.name,
            language=organiser.language,
            tenant_id=meeting.tenant_id,
            now=now,
            meeting_id=meeting.id,
            account_id=organiser.id,
        )


def invite_now(session: Session, *, meeting: Meeting, emails: Collection[str], now: datetime) -> None:
    """Mail an invitation to some guests whatever mails were chosen, once for each personal link: a meeting that takes
    place has no other mail that would reach them.
    """
    organiser, wanted = inviter_of(session, meeting), set(emails)
    invitees = session.scalars(select(Invitee).where(Invitee.meeting_id == meeting.id))
    queue_mails(
        session,
        [
            mail_to(
                one,
                key=f"late:{one.link_id}:{one.id}",
                kind="invitation",
                language=language_of(one, organiser),
            )
            for one in invitees
            if one.email in wanted
        ],
        tenant_id=meeting.tenant_id,
        now=now,
    )


def schedule_mails(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Owe the reminders and the mails at the start of each planned occurrence, and no others. Call it when a meeting
    was planned, changed or cancelled. A moment that is past already is left out.

    :raises Refused: code ``bad_reminder``.
    """
    if any(not SHORTEST_MIN <= minutes <= LONGEST_MIN for minutes in meeting.mail_before_min):
        raise Refused("bad_reminder", _("A reminder is sent between 1 minute and 4 hours before the start."))
    wanted = {}
    for occurrence in session.scalars(
        select(Occurrence).where(
            Occurrence.meeting_id == meeting.id, Occurrence.state == MeetingState.PLANNED
        )
    ):
        for minutes in (*sorted(set(meeting.mail_before_min)), *((0,) if meeting.mail_at_start else ())):
            due_at = occurrence.starts_at - timedelta(minutes=minutes)
            key = f"remind:{occurrence.id}:{minutes}:{int(occurrence.starts_at.timestamp())}"
            if due_at >= now and meeting.state in (MeetingState.PLANNED, MeetingState.LIVE):
                kind = "reminder" if minutes else "start"
                wanted[key] = (due_at, _order(kind, occurrence=occurrence.id, minutes=minutes))
    _set_timed(session, meeting, wanted, now=now)


def send_update(
    session: Session, *, meeting: Meeting, now: datetime, occurrence: Occurrence | None = None
) -> None:
    """Tell the guests who know of the meeting that it changed, and invite those who are new. The meeting's ``revision``
    has grown before.

    :param occurrence: only this one of several changed.
    """
    _owe(session, meeting, "update", now=now, occurrence=occurrence.id if occurrence else None)
    invite(session, meeting=meeting, now=now)


def send_cancellation(
    session: Session,
    *,
    meeting: Meeting,
    now: datetime,
    occurrence: Occurrence | None = None,
    invitees: Iterable[Invitee] | None = None,
) -> None:
    """Tell guests who know of the meeting that it does not take place, or not for them. Mails that wait are withdrawn.

    :param occurrence: only this one is cancelled.
    :param invitees: only these, who were taken off the list; everybody when not given.
    """
    if invitees is not None:
        _cancel_for(session, meeting, tuple(invitees), now=now)
        return
    if occurrence is None:
        withdraw_mails(session, where=(Mail.meeting_id == meeting.id) & Mail.kind.in_(GUEST_KINDS))
        session.execute(
            update(Duty)
            .where(Duty.meeting_id == meeting.id, Duty.is_open, Duty.kind.in_((GUEST_MAIL, TIMED_GUEST_MAIL)))
            .values(is_open=False),
            execution_options={"synchronize_session": "fetch"},
        )
    # the account may be closed before the mails are written
    inviter = inviter_of(session, meeting)
    _owe(
        session,
        meeting,
        "cancellation",
        now=now,
        occurrence=occurrence.id if occurrence else None,
        organiser=inviter.kept() if inviter else None,
    )


def send_again(session: Session, *, invitee: Invitee, now: datetime) -> Mail:
    """Mail the invitation to one guest once more; the one that waits already, if there is one.

    :raises Refused: ``meeting_over``, ``guest_removed``.
    """
    meeting = session.get_one(Meeting, invitee.meeting_id)
    if meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED):
        raise Refused("meeting_over", _("This meeting is over."))
    if invitee.removed_at is not None:
        raise Refused("guest_removed", _("This person is no longer on the guest list."))
    waiting = session.scalar(
        select(Mail).where(
            Mail.invitee_id == invitee.id, Mail.kind == "invitation", Mail.state == MailState.WAITING
        )
    )
    if waiting is not None:
        waiting.claimed_until = waiting.claimed_until if waiting.problem is None else None
        return waiting
    invitee.bounce = None
    key = f"again:{invitee.id}:{public_id()}"
    language = language_of(invitee, inviter_of(session, meeting))
    queue_mails(
        session,
        [mail_to(invitee, key=key, kind="invitation", language=language)],
        tenant_id=meeting.tenant_id,
        now=now,
    )
    return session.scalars(select(Mail).where(Mail.key == key)).one()


def send_start_refused(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Tell the organiser that a meeting could not start by itself, with the reason in ``start_refused``."""
    organiser = _organiser(session, meeting)
    if organiser is None or meeting.starts_at is None:
        return
    queue_mail(
        session,
        key=f"start_refused:{meeting.id}:{int(meeting.starts_at.timestamp())}",
        kind="start_refused",
        email=organiser.email,
        name=organiser.name,
        language=organiser.language,
        tenant_id=meeting.tenant_id,
        now=now,
        meeting_id=meeting.id,
        account_id=organiser.id,
    )


def _owe(
    session: Session,
    meeting: Meeting,
    kind: str,
    *,
    now: datetime,
    occurrence: int | None = None,
    organiser: dict[str, str] | None = None,
) -> None:
    add_duty(
        session,
        key=f"mail:{meeting.id}:{kind}:{public_id()}",
        kind=GUEST_MAIL,
        due_at=now,
        now=now,
        tenant_id=meeting.tenant_id,
        meeting_id=meeting.id,
        data=_order(kind, occurrence=occurrence) | ({"organiser": organiser} if organiser else {}),
    )


def _order(kind: str, *, occurrence: int | None = None, minutes: int = 0) -> dict[str, Any]:
    return {"mail": kind, "occurrence": occurrence, "minutes": minutes, "after": 0}


def _set_timed(
    session: Session, meeting: Meeting, wanted: dict[str, tuple[datetime, dict[str, Any]]], *, now: datetime
) -> None:
    """Make these the open duties with a time; one that was done stays done."""
    known = {
        duty.key: duty
        for duty in session.scalars(
            select(Duty).where(Duty.meeting_id == meeting.id, Duty.kind == TIMED_GUEST_MAIL)
        )
    }
    for key, duty in known.items():
        if duty.done_at is None:
            duty.is_open = key in wanted
    for key, (due_at, order) in wanted.items():
        if key not in known:
            session.add(
                Duty(
                    key=key,
                    kind=TIMED_GUEST_MAIL,
                    tenant_id=meeting.tenant_id,
                    meeting_id=meeting.id,
                    data=order,
                    due_at=due_at,
                    created_at=now,
                )
            )
    session.flush()


def _cancel_for(session: Session, meeting: Meeting, invitees: tuple[Invitee, ...], *, now: datetime) -> None:
    organiser = inviter_of(session, meeting)
    data = {"removed": True} | ({"organiser": organiser.kept()} if organiser else {})
    ids = [invitee.id for invitee in invitees]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        withdraw_mails(session, where=Mail.invitee_id.in_(some) & Mail.kind.in_(GUEST_KINDS))
        informed = session.scalars(select(Invitee).where(Invitee.id.in_(some), told()))
        queue_mails(
            session,
            [
                mail_to(
                    invitee,
                    key=f"invite:{meeting.id}:{meeting.revision}:removed.{invitee.link_id}:{invitee.id}",
                    kind="cancellation",
                    language=language_of(invitee, organiser),
                    data=data,
                )
                for invitee in informed
            ],
            tenant_id=meeting.tenant_id,
            now=now,
        )


def _organiser(session: Session, meeting: Meeting) -> Account | None:
    return session.get(Account, meeting.organiser_id) if meeting.organiser_id is not None else None
