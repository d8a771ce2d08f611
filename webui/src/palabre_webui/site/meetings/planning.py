"""Planning: the form, its draft, and the plan."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from palabre.i18n import gettext as _
from palabre.invitations import Guest
from palabre.meetings import (
    PlannedAlready,
    PlanRefused,
    announce_planned,
    drop_draft,
    load_draft,
    plan,
    save_draft,
)
from palabre.model.base import public_id
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.sign_in import require_signed_in
from palabre_webui.site.meetings.blueprint import meetings
from palabre_webui.site.meetings.choices import choices, priced, read_options, ticked_before
from palabre_webui.site.meetings.form import PlanForm, Reading, read_form, read_list
from palabre_webui.site.meetings.own import organiser
from palabre_webui.site.meetings.summary import summary_html

_DRAFT_ID = re.compile(r"[A-Za-z0-9_-]{8,32}")


@meetings.get("/plan")
@permission("account")
def plan_form() -> ResponseReturnValue:
    """The empty form, or one that was begun before."""
    account = require_signed_in()
    draft = request.args.get("draft", "")
    kept = None
    if _DRAFT_ID.fullmatch(draft):
        with web().application.db.reading() as session:
            kept = load_draft(session, account_id=account.id, public_id=draft)
    if kept is not None:
        return show_form(PlanForm.of_draft(kept.form), draft=draft)
    # One that was dropped or planned is not begun again: what is typed now is another meeting.
    zone = account.time_zone
    form = PlanForm(zone=zone, start=_next_hour(zone), options=ticked_before())
    return show_form(form, draft=public_id())


@meetings.post("/plan")
@permission("account")
def plan_now() -> ResponseReturnValue:
    """Plan what the form says, once, however often its button was pressed."""
    application = web().application
    form = form_of_request()
    draft = request.form.get("draft", "")
    draft = draft if _DRAFT_ID.fullmatch(draft) else public_id()
    options, option_problems = read_options(form)
    reading = read_form(form, options=options)
    problems = reading.problems | option_problems
    if reading.plan is None or problems:
        return show_form(form, draft=draft, reading=reading, problems=problems), 422
    try:
        with application.db.transaction() as session:
            planned = plan(
                session,
                plugins=application.plugins,
                organiser=organiser(session),
                plan=reading.plan,
                now=application.clock.now(),
                planned_from=draft,
            )
            drop_draft(session, account_id=require_signed_in().id, public_id=draft)
            address = f"/meetings/{planned.public_id}"
    except PlanRefused as refused:
        return show_form(form, draft=draft, reading=reading, problems=refused.problems), 422
    except PlannedAlready:
        note = _(
            "Another meeting was planned with this form before. Press “Plan the meeting” again to plan this one."
        )
        return show_form(form, draft=public_id(), reading=reading, note=note), 409
    announce_planned(application.plugins, planned)
    flash(_("The meeting is planned."), "good")
    return redirect(address, 303)


@meetings.post("/drafts/<draft>")
@permission("account")
def keep_draft(draft: str) -> ResponseReturnValue:
    """Keep the form as it stands, and answer with what it means (a piece of a page)."""
    application = web().application
    form = form_of_request()
    if _DRAFT_ID.fullmatch(draft):
        with application.db.transaction() as session:
            save_draft(
                session,
                account_id=require_signed_in().id,
                public_id=draft,
                form=form.as_draft(),
                now=application.clock.now(),
            )
    return summary_of(form)


@meetings.post("/drafts/<draft>/drop")
@permission("account")
def discard_draft(draft: str) -> ResponseReturnValue:
    """Forget what was typed."""
    with web().application.db.transaction() as session:
        drop_draft(session, account_id=require_signed_in().id, public_id=draft)
    return redirect("/meetings", 303)


@meetings.post("/guests/read")
@permission("account")
def read_guest_list() -> ResponseReturnValue:
    """A typed or pasted list as people, and the lines that are none."""
    lines, too_long = read_list(request.form.get("guests", ""))
    problems = [(1, "", too_long)] if too_long else lines.problems
    return jsonify(
        guests=[_told(one) for one in lines.guests],
        problems=[{"line": line, "text": text, "message": message} for line, text, message in problems],
    )


def _told(guest: Guest) -> dict[str, str]:
    """A guest for the script of the form; what the list does not say is not there, and stays as it was."""
    told = {
        "email": guest.email,
        "name": guest.name,
        "role": guest.role.value,
        "language": guest.language,
        "timeZone": guest.time_zone,
    }
    return {name: value for name, value in told.items() if value is not None}


def form_of_request() -> PlanForm:
    """The form as it was sent; who was typed and not added yet, and who came in a file, are on its list."""
    return PlanForm.of_request(request.form).with_people(request.form.get("guests_more", ""), _guests_file())


def _guests_file() -> str:
    """The text of the guest list that came as a file, if there is one."""
    file = request.files.get("guests_file")
    if not file or not file.filename:
        return ""
    content: bytes = file.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def summary_of(form: PlanForm) -> str:
    """What a form means, as a piece of a page."""
    options, _problems = read_options(form)
    reading = read_form(form, options=options)
    return summary_html(reading, prices=priced(reading))


def show_form(
    form: PlanForm,
    *,
    draft: str | None = None,
    meeting: Any = None,
    edit: int | None = None,
    reading: Reading | None = None,
    problems: dict[str, str] | None = None,
    note: str = "",
) -> str:
    """The page with the form.

    :param meeting: that is edited; ``None`` plans a new one.
    :param edit: number of the edit that the form shows.
    :param problems: a sentence for each field that has to be changed.
    :param note: what has to be known before it is sent again.
    """
    understood = reading or read_form(form, options=read_options(form)[0])
    return render_template(
        "meetings/plan.html",
        form=form,
        draft=draft,
        meeting=meeting,
        edit=edit,
        reading=understood if reading else read_form(replace(form, guests="")),
        problems=problems or {},
        note=note,
        choices=choices(form),
        summary=summary_html(understood, prices=priced(understood)),
    )


def _next_hour(zone: str) -> str:
    """The next full hour, as ``datetime-local`` writes it."""
    local = web().application.clock.now().astimezone(ZoneInfo(zone)) + timedelta(hours=1)
    return local.strftime("%Y-%m-%dT%H:00")
