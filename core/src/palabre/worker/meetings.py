"""What the worker does about meetings: they open at their start, and end when nobody is there."""

from __future__ import annotations

import structlog

from palabre.application import Application
from palabre.duties import finish
from palabre.errors import Refused
from palabre.i18n import LANGUAGES, language_scope
from palabre.invitations import send_start_refused
from palabre.meetings.course import CLOSE, START
from palabre.model import Account, Duty, Meeting
from palabre.rooms import announce, close_unused, empty_rooms, end_when_empty, open_at_start
from palabre.worker.duties import HANDLERS

log = structlog.get_logger(__name__)


def start_at_its_time(application: Application, duty: Duty) -> None:
    """Open the room. What keeps it closed is told to the organiser, in their language."""
    with language_scope(_organisers_language(application, duty)):
        try:
            with application.db.transaction() as session:
                outcome = open_at_start(session, application.rooms, duty)
        except Refused as refusal:
            _refuse(application, duty, refusal)
            return
    if outcome is not None:
        announce(application.plugins, outcome)


def close_at_its_end(application: Application, duty: Duty) -> None:
    """A meeting to which nobody came is over at its planned end."""
    with application.db.transaction() as session:
        outcome = close_unused(session, application.rooms, duty)
    if outcome is not None:
        announce(application.plugins, outcome)


def end_empty(application: Application) -> int:
    """Meetings that everybody has left end after a while: one transaction for each."""
    with application.db.reading() as session:
        empty = empty_rooms(session)
    count = 0
    for meeting_id in empty:
        with application.db.transaction() as session:
            outcome = end_when_empty(
                session,
                application.rooms,
                meeting_id,
                after_min=application.settings.meetings.end_when_empty_min,
            )
        if outcome is not None:
            announce(application.plugins, outcome)
            count += 1
    return count


def _refuse(application: Application, duty: Duty, refusal: Refused) -> None:
    log.warning("meeting could not start", meeting=duty.meeting_id, code=refusal.code)
    with application.db.transaction() as session:
        meeting = session.get(Meeting, duty.meeting_id, with_for_update=True)
        now = application.clock.now()
        if finish(session, duty, now=now) and meeting is not None:
            meeting.start_refused = refusal.message
            send_start_refused(session, meeting=meeting, now=now)


def _organisers_language(application: Application, duty: Duty) -> str:
    with application.db.reading() as session:
        meeting = session.get(Meeting, duty.meeting_id)
        organiser = session.get(Account, meeting.organiser_id) if meeting and meeting.organiser_id else None
        return organiser.language if organiser else LANGUAGES[0]


HANDLERS[START] = start_at_its_time
HANDLERS[CLOSE] = close_at_its_end
