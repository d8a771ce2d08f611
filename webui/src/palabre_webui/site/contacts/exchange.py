"""Contacts from and for other programs."""

from __future__ import annotations

from collections import Counter

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from palabre.contacts import Entry, as_csv, as_vcard, entry_of, import_contacts, preview, read_people
from palabre.contacts.reading import LONGEST_FILE, decode
from palabre.errors import Refused
from palabre.i18n import ngettext
from palabre.model import Contact
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.sign_in import require_signed_in
from palabre_webui.site.contacts.blueprint import contacts
from palabre_webui.site.contacts.book import country, tenant_id

#: Lines of a preview that are shown; bad ones come first.
_SHOWN = 200


@contacts.get("/import")
@permission("account")
def import_form() -> ResponseReturnValue:
    """Choosing a file, or pasting."""
    return render_template("contacts/import.html", text="", problem=None)


@contacts.post("/import/preview")
@permission("account")
def show_preview() -> ResponseReturnValue:
    """What importing would do, line by line; nothing is written."""
    text = request.form.get("text", "")
    try:
        file = request.files.get("file")
        if file and file.filename:
            text = decode(file.read(LONGEST_FILE + 1))
        people = read_people(text, country=country())
        with web().application.db.reading() as session:
            lines = preview(session, account_id=require_signed_in().id, people=people)
    except Refused as refusal:
        return render_template("contacts/import.html", text=text, problem=refusal.message), 422
    counts = Counter(line.what for line in lines)
    order = ("bad", "new", "changed", "same")
    shown = sorted(lines, key=lambda line: (order.index(line.what), not line.left_out, line.number))
    return render_template(
        "contacts/preview.html",
        text=text,
        lines=shown[:_SHOWN],
        counts=counts,
        cut=sum(bool(line.left_out) for line in lines),
        total=len(lines),
    )


@contacts.post("/import")
@permission("account")
def import_now() -> ResponseReturnValue:
    """Keep the good lines of what the preview showed."""
    application = web().application
    text = request.form.get("text", "")
    try:
        people = read_people(text, country=country())
        with application.db.transaction() as session:
            new, changed = import_contacts(
                session,
                account_id=require_signed_in().id,
                tenant_id=tenant_id(),
                people=people,
                now=application.clock.now(),
            )
    except Refused as refusal:
        return render_template("contacts/import.html", text=text, problem=refusal.message), 422
    said = [ngettext("%(num)s person is new.", "%(num)s people are new.", new) % {"num": new}]
    if changed:
        said.append(ngettext("%(num)s was changed.", "%(num)s were changed.", changed) % {"num": changed})
    flash(" ".join(said), "good")
    return redirect("/contacts", 303)


@contacts.get("/export.csv")
@permission("account")
def export_csv() -> ResponseReturnValue:
    """All contacts for a table program."""
    # With a byte order mark, without which table programs take the file for another encoding.
    return _file("\ufeff" + as_csv(_entries()), "text/csv", "contacts.csv")


@contacts.get("/export.vcf")
@permission("account")
def export_vcard() -> ResponseReturnValue:
    """All contacts for other address books."""
    return _file(as_vcard(_entries()), "text/vcard", "contacts.vcf")


def _entries() -> list[Entry]:
    with web().application.db.reading() as session:
        rows = session.scalars(
            select(Contact)
            .where(Contact.account_id == require_signed_in().id, Contact.removed_at.is_(None))
            .options(selectinload(Contact.labels))
            .order_by(Contact.sort_key, Contact.id)
        )
        return [entry_of(one) for one in rows]


def _file(content: str, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=mimetype, headers=headers)
