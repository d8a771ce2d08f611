"""Who was in a meeting, when, and how long."""

from __future__ import annotations

import csv
import io

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from palabre.i18n import gettext as _
from palabre.meetings import attendance
from palabre.model import Meeting, Occurrence, Role
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.own import own_meeting


@meetings.get("/<public_id>/attendance")
@permission("account")
def who_was_there(public_id: str) -> ResponseReturnValue:
    """The table of who was there."""
    with web().application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        occurrence = _occurrence(meeting)
        return render_template(
            "meetings/attendance.html",
            meeting=meeting,
            occurrence=occurrence,
            occurrences=[one for one in meeting.occurrences if one.started_at],
            people=attendance(
                session, meeting=meeting, occurrence=occurrence, now=web().application.clock.now()
            ),
        )


@meetings.get("/<public_id>/attendance.csv")
@permission("account")
def who_was_there_as_table(public_id: str) -> ResponseReturnValue:
    """The same for a spreadsheet. Times are UTC (ISO 8601), durations are seconds."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow((_("Name"), _("Role"), _("Came"), _("Left"), _("Seconds")))
    with web().application.db.reading() as session:
        meeting = own_meeting(session, public_id)
        for one in attendance(
            session,
            meeting=meeting,
            occurrence=_occurrence(meeting),
            now=web().application.clock.now(),
        ):
            table.writerow(
                (
                    _harmless(one.name),
                    _("Presenter") if one.role is Role.PRESENTER else _("Guest"),
                    one.first_entered_at.isoformat(timespec="seconds"),
                    one.last_left_at.isoformat(timespec="seconds") if one.last_left_at else "",
                    round(one.present_s),
                )
            )
    # With a byte order mark, without which spreadsheets take the file for another encoding.
    return Response(
        "\ufeff" + written.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="attendance.csv"'},
    )


def _occurrence(meeting: Meeting) -> Occurrence | None:
    """The one time that was asked for; ``None`` is all of them."""
    wanted = request.args.get("time")
    if not wanted:
        return None
    found = next((one for one in meeting.occurrences if one.public_id == wanted), None)
    if found is None:
        abort(404)
    return found


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
