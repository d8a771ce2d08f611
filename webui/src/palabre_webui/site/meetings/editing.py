"""Changing what is planned: editing, copying, cancelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from palabre.i18n import gettext as _
from palabre.meetings import (
    Difference,
    EditedMeanwhile,
    PlanRefused,
    announce_cancelled,
    announce_changed,
    cancel,
    change,
    check_planned,
    differences,
    plan_of,
)
from palabre.model import Meeting
from palabre.model.base import public_id as new_public_id
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.choices import read_options
from palabre_webui.site.meetings.form import PlanForm, read_form
from palabre_webui.site.meetings.own import guest_count, own_meeting
from palabre_webui.site.meetings.planning import form_of_request, show_form, summary_of
from palabre_webui.site.meetings.words import difference_words


@meetings.get("/<public_id>/edit")
@permission("account")
def edit_form(public_id: str) -> ResponseReturnValue:
    """The form with what is planned."""
    with web().application.db.reading() as session:
        meeting = _own_planned(session, public_id)
        return show_form(
            PlanForm.of_plan(plan_of(session, meeting=meeting)), meeting=meeting, edit=meeting.edit
        )


@meetings.post("/<public_id>/edit")
@permission("account")
def edit(public_id: str) -> ResponseReturnValue:
    """Keep the change; ask first whether guests are told, where it matters to them."""
    application = web().application
    form = form_of_request()
    options, option_problems = read_options(form)
    reading = read_form(form, options=options)
    problems = reading.problems | option_problems
    seen = _number(request.form.get("edit", "")) or 0
    tell = request.form.get("tell")
    with application.db.reading() as session:
        meeting = _own_planned(session, public_id)
        if reading.plan is None or problems:
            return show_form(form, meeting=meeting, edit=seen, reading=reading, problems=problems), 422
        # Who edits meanwhile grows the number, and ``change`` refuses then.
        if meeting.edit == seen and tell is None:
            found = differences(plan_of(session, meeting=meeting), reading.plan)
            guests = guest_count(session, meeting)
            if guests and any(one.matters_to_guests for one in found):
                return _ask(meeting, form, found, edit=seen, meanwhile=False, guest_count=guests)
    try:
        with application.db.transaction() as session:
            meeting = _own_planned(session, public_id)
            changed = change(
                session,
                plugins=application.plugins,
                meeting=meeting,
                plan=reading.plan,
                edit=seen,
                tell_guests=tell == "yes",
                now=application.clock.now(),
            )
    except EditedMeanwhile as meanwhile:
        with application.db.reading() as session:
            meeting = own_meeting(session, public_id)
            return _ask(
                meeting, form, meanwhile.differences, edit=meeting.edit, meanwhile=True, guest_count=0
            ), 409
    except PlanRefused as refused:
        with application.db.reading() as session:
            meeting = own_meeting(session, public_id)
            return show_form(
                form, meeting=meeting, edit=seen, reading=reading, problems=refused.problems
            ), 422
    announce_changed(application.plugins, changed)
    flash(_("The meeting is changed."), "good")
    return redirect(f"/meetings/{public_id}", 303)


@meetings.post("/<public_id>/summary")
@permission("account")
def summarise(public_id: str) -> ResponseReturnValue:
    """What the form means while it is edited, as a piece of a page; nothing is kept."""
    with web().application.db.reading() as session:
        own_meeting(session, public_id)
    return summary_of(form_of_request())


@meetings.get("/<public_id>/copy")
@permission("account")
def copy(public_id: str) -> ResponseReturnValue:
    """The form for another meeting like this one; only the start is left to choose."""
    with web().application.db.reading() as session:
        form = PlanForm.of_plan(plan_of(session, meeting=own_meeting(session, public_id)))
    return show_form(replace(form, start="", fold="", repeat_until=""), draft=new_public_id())


@meetings.get("/<public_id>/cancel")
@permission("account")
def ask_to_cancel(public_id: str) -> ResponseReturnValue:
    """Ask before the meeting is cancelled."""
    with web().application.db.reading() as session:
        meeting = _own_planned(session, public_id)
        return render_template(
            "meetings/cancel.html",
            meeting=meeting,
            occurrence=None,
            guest_count=guest_count(session, meeting),
            action=f"/meetings/{public_id}/cancel",
        )


@meetings.post("/<public_id>/cancel")
@permission("account")
def cancel_meeting(public_id: str) -> ResponseReturnValue:
    """Cancel the meeting."""
    application = web().application
    with application.db.transaction() as session:
        meeting = _own_planned(session, public_id)
        cancel(session, meeting=meeting, now=application.clock.now(), tell_guests="tell" in request.form)
    announce_cancelled(application.plugins, meeting)
    flash(_("The meeting is cancelled."), "good")
    return redirect("/meetings", 303)


def _own_planned(session: Session, public_id: str) -> Meeting:
    """A meeting of the account that is signed in, which can still be changed.

    :raises Refused: when it takes place, is over or cancelled.
    """
    meeting = own_meeting(session, public_id)
    check_planned(meeting)
    return meeting


def _ask(
    meeting: Meeting,
    form: PlanForm,
    found: Iterable[Difference],
    *,
    edit: int | None,
    meanwhile: bool,
    guest_count: int,
) -> str:
    """The page that shows what differs, and asks what to do about it. The whole form goes along, hidden."""
    return render_template(
        "meetings/changed.html",
        meeting=meeting,
        differences=[difference_words(one) for one in found],
        meanwhile=meanwhile,
        fields=form.as_fields(),
        edit=edit,
        guest_count=guest_count,
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
