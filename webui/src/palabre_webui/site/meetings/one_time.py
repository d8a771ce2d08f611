"""One time of a repeated meeting: moved or cancelled, while the others stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from palabre.calendar import LocalStart, local_of, resolve
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.meetings import PlanRefused, announce_changed, cancel_occurrence, change_occurrence
from palabre.model import Meeting, Occurrence
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.choices import durations
from palabre_webui.site.meetings.own import guest_count, own_meeting
from palabre_webui.site.meetings.summary import both_times, clock_note
from palabre_webui.site.wording import zone_words


@dataclass(frozen=True)
class TimeForm:
    """The fields as somebody typed them, valid or not.

    :param start: as ``datetime-local`` writes it.
    :param fold: ``0`` or ``1`` for the first or the second of two times that the clocks show when they are put back;
        empty while nobody was asked.
    """

    start: str
    fold: str
    duration_min: str

    @classmethod
    def of_occurrence(cls, occurrence: Occurrence, zone: str) -> TimeForm:
        """The form with what is planned."""
        local = local_of(occurrence.starts_at, zone)
        return cls(local.strftime("%Y-%m-%dT%H:%M"), str(local.fold), str(occurrence.duration_min))

    @classmethod
    def of_request(cls) -> TimeForm:
        """What a browser sent."""
        sent = request.form
        return cls(sent.get("start", ""), sent.get("fold", ""), sent.get("duration_min", ""))

    def read(self, zone: str) -> LocalStart:
        """The start that is meant.

        :raises PlanRefused: when it is none, or one of two and nobody said which.
        """
        try:
            local = datetime.fromisoformat(self.start)
        except ValueError:
            said = _("Choose the day and the time when it starts.")
            raise PlanRefused({"start": ("bad_start", said)}) from None
        local = local.replace(tzinfo=None, second=0, microsecond=0, fold=int(self.fold == "1"))
        start = LocalStart(local, zone)
        if not self.fold and self.both(zone):
            raise PlanRefused({"fold": ("bad_start", clock_note(start, resolve(local, zone)))})
        return start

    def both(self, zone: str) -> tuple[tuple[str, str], ...]:
        """Where the clocks are put back over the start, the two that can be meant: pairs of value and words."""
        try:
            start = LocalStart(datetime.fromisoformat(self.start).replace(tzinfo=None), zone)
            return both_times(start, resolve(start.local, zone))
        except (ValueError, Refused):
            return ()


@meetings.get("/<public_id>/times/<time>")
@permission("account")
def show_time(public_id: str, time: str) -> ResponseReturnValue:
    """One time of a repeated meeting, to be moved."""
    with web().application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        occurrence = _occurrence(meeting, time)
        form = TimeForm.of_occurrence(occurrence, meeting.time_zone)
        return _show_time(session, meeting, occurrence, form, {})


@meetings.post("/<public_id>/times/<time>")
@permission("account")
def move_time(public_id: str, time: str) -> ResponseReturnValue:
    """Move one time of a repeated meeting; the others stay."""
    application = web().application
    form = TimeForm.of_request()
    try:
        with application.db.transaction() as session:
            meeting = own_meeting(session, public_id)
            occurrence = _occurrence(meeting, time)
            change_occurrence(
                session,
                occurrence=occurrence,
                start=form.read(meeting.time_zone),
                duration_min=_number(form.duration_min) or occurrence.duration_min,
                now=application.clock.now(),
                tell_guests="tell" in request.form,
            )
    except PlanRefused as refused:
        with application.db.reading() as session:
            meeting = own_meeting(session, public_id)
            return _show_time(session, meeting, _occurrence(meeting, time), form, refused.problems), 422
    announce_changed(application.plugins, meeting)
    flash(_("This time is changed; the others stay as they were."), "good")
    return redirect(f"/meetings/{public_id}", 303)


@meetings.get("/<public_id>/times/<time>/cancel")
@permission("account")
def ask_to_cancel_time(public_id: str, time: str) -> ResponseReturnValue:
    """Ask before one time is cancelled."""
    with web().application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        return render_template(
            "meetings/cancel.html",
            meeting=meeting,
            occurrence=_occurrence(meeting, time),
            guest_count=guest_count(session, meeting),
            action=f"/meetings/{public_id}/times/{time}/cancel",
        )


@meetings.post("/<public_id>/times/<time>/cancel")
@permission("account")
def cancel_time(public_id: str, time: str) -> ResponseReturnValue:
    """Cancel one time of a repeated meeting."""
    application = web().application
    with application.db.transaction() as session:
        meeting = own_meeting(session, public_id)
        cancel_occurrence(
            session,
            occurrence=_occurrence(meeting, time),
            now=application.clock.now(),
            tell_guests="tell" in request.form,
        )
    announce_changed(application.plugins, meeting)
    flash(_("This time is cancelled; the others stay as they were."), "good")
    return redirect(f"/meetings/{public_id}", 303)


def _occurrence(meeting: Meeting, public_id: str) -> Occurrence:
    found = next((one for one in meeting.occurrences if one.public_id == public_id), None)
    if found is None:
        abort(404)
    return found


def _show_time(
    session: Session,
    meeting: Meeting,
    occurrence: Occurrence,
    form: TimeForm,
    problems: dict[str, str],
) -> str:
    return render_template(
        "meetings/occurrence.html",
        meeting=meeting,
        occurrence=occurrence,
        form=form,
        both=form.both(meeting.time_zone),
        problems=problems,
        durations=durations(form.duration_min),
        guest_count=guest_count(session, meeting),
        zone_name=zone_words(meeting.time_zone, occurrence.starts_at),
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
