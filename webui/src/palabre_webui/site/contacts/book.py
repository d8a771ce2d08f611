"""The list of contacts, and keeping, changing, taking off."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from palabre.contacts import (
    BadEntry,
    Entry,
    add_contact,
    change_contact,
    checked,
    country_of,
    entry_of,
    find_contact,
    keep_contact,
    labels_of,
    offered,
    remove_contact,
    restore_contact,
    search_contacts,
)
from palabre.i18n import current_language
from palabre.i18n import gettext as _
from palabre.tenants.scope import current_tenant
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.paths import own_path
from palabre_webui.sign_in import require_signed_in
from palabre_webui.site.contacts.blueprint import contacts
from palabre_webui.site.paging import page_number

_LONGEST = 12_000


@contacts.get("")
@permission("account")
def index() -> ResponseReturnValue:
    """The contacts by name; those in which the words of ``q`` stand, or who have a label."""
    account = require_signed_in()
    search, label = request.args.get("q", "").strip()[:100], request.args.get("label", "")[:64]
    with web().application.db.reading() as session:
        found = search_contacts(
            session, account_id=account.id, search=search, label=label, page=page_number()
        )
        return render_template(
            "contacts/list.html",
            found=found,
            search=search,
            label=label,
            labels=labels_of(session, account_id=account.id),
            removed=request.args.get("removed", ""),
        )


@contacts.get("/add")
@permission("account")
def add_form() -> ResponseReturnValue:
    """The form for somebody new."""
    return _form(Entry())


@contacts.post("/add")
@permission("account")
def add() -> ResponseReturnValue:
    """Keep somebody new."""
    application = web().application
    typed = _typed()
    try:
        entry = checked(typed, country=country())
        with application.db.transaction() as session:
            add_contact(
                session,
                account_id=require_signed_in().id,
                tenant_id=tenant_id(),
                entry=entry,
                now=application.clock.now(),
            )
    except BadEntry as bad:
        return _form(typed, bad.problems), 422
    flash(_("%(name)s is among your contacts.") % {"name": entry.name or entry.email or entry.phone}, "good")
    return redirect("/contacts", 303)


@contacts.get("/<public_id>")
@permission("account")
def edit_form(public_id: str) -> ResponseReturnValue:
    """What is known of somebody."""
    with web().application.db.reading() as session:
        contact = find_contact(session, account_id=require_signed_in().id, public_id=public_id)
        return _form(entry_of(contact), public_id=public_id)


@contacts.post("/<public_id>")
@permission("account")
def edit(public_id: str) -> ResponseReturnValue:
    """Keep what is known of somebody now."""
    application = web().application
    typed = _typed()
    try:
        with application.db.transaction() as session:
            contact = find_contact(session, account_id=require_signed_in().id, public_id=public_id)
            entry = checked(typed, country=country())
            change_contact(session, contact=contact, entry=entry, now=application.clock.now())
    except BadEntry as bad:
        return _form(typed, bad.problems, public_id=public_id), 422
    flash(_("Kept."), "good")
    return redirect("/contacts", 303)


@contacts.post("/<public_id>/remove")
@permission("account")
def remove(public_id: str) -> ResponseReturnValue:
    """Take somebody off the book; the next page offers to undo it."""
    application = web().application
    with application.db.transaction() as session:
        contact = find_contact(session, account_id=require_signed_in().id, public_id=public_id)
        remove_contact(session, contact=contact, now=application.clock.now())
    return redirect(f"/contacts?removed={public_id}", 303)


@contacts.post("/<public_id>/restore")
@permission("account")
def restore(public_id: str) -> ResponseReturnValue:
    """Bring somebody back."""
    try:
        with web().application.db.transaction() as session:
            contact = restore_contact(session, account_id=require_signed_in().id, public_id=public_id)
            name = contact.name or contact.email or contact.phone or ""
    except BadEntry as bad:
        flash(bad.message, "warn")
    else:
        flash(_("%(name)s is back.") % {"name": name}, "good")
    return redirect("/contacts", 303)


@contacts.post("/keep")
@permission("account")
def keep() -> ResponseReturnValue:
    """Keep a guest of a meeting by one click."""
    application = web().application
    try:
        with application.db.transaction() as session:
            contact = keep_contact(
                session,
                account_id=require_signed_in().id,
                tenant_id=tenant_id(),
                email=request.form.get("email", "")[:500],
                name=request.form.get("name", "")[:500],
                now=application.clock.now(),
            )
            name = contact.name or contact.email or ""
    except BadEntry as bad:
        flash(bad.message, "warn")
    else:
        flash(_("%(name)s is among your contacts.") % {"name": name}, "good")
    return redirect(own_path(request.form.get("next") or "/contacts"), 303)


@contacts.get("/offer")
@permission("account")
def offer() -> ResponseReturnValue:
    """Who may be meant by what somebody types, as JSON."""
    with web().application.db.reading() as session:
        found = offered(session, account_id=require_signed_in().id, typed=request.args.get("q", "")[:100])
        return jsonify([{"name": one.name, "email": one.email} for one in found])


def country() -> str | None:
    """Whose telephone numbers need no country code."""
    return country_of(time_zone=require_signed_in().time_zone, language=current_language())


def tenant_id() -> int:
    """The tenant of the moment."""
    tenant = current_tenant()
    assert tenant is not None  # pages run in their tenant's scope
    return tenant.id


def _typed() -> Entry:
    form = {
        name: request.form.get(name, "")[:_LONGEST] for name in ("name", "email", "phone", "labels", "notes")
    }
    return Entry(form["name"], form["email"], form["phone"], tuple(form["labels"].split(",")), form["notes"])


def _form(entry: Entry, problems: dict[str, str] | None = None, *, public_id: str | None = None) -> str:
    return render_template(
        "contacts/contact.html", entry=entry, problems=problems or {}, public_id=public_id, country=country()
    )
