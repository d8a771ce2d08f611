"""Contacts from other programs: a preview that says what each line would do, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.contacts.book import columns_of
from palabre.contacts.entries import Entry, clean_labels
from palabre.contacts.reading import ReadPerson
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.model import Contact, ContactLabel
from palabre.model.base import public_id

What = Literal["new", "changed", "same", "bad"]


@dataclass(frozen=True)
class ImportLine:
    """What a line, or a card, would do.

    :param number: of the line or card, from 1.
    :param entry: what is kept; as it was read where it is bad.
    :param problem: why it is bad.
    :param contact_id: row of who is there already.
    :param left_out: further addresses and numbers of the line, of which a contact has one each.
    """

    number: int
    what: What
    entry: Entry
    problem: str = ""
    contact_id: int | None = None
    left_out: tuple[str, ...] = ()


@dataclass
class _Known:
    """Who is in the book, by what tells them apart: the address, or the number where there is none."""

    by_email: dict[str, tuple[int, Entry]] = field(default_factory=dict)
    by_phone: dict[str, tuple[int, Entry]] = field(default_factory=dict)

    def of(self, entry: Entry) -> tuple[int, Entry] | None:
        return self.by_email.get(entry.email) if entry.email else self.by_phone.get(entry.phone)


def preview(session: Session, *, account_id: int, people: Sequence[ReadPerson]) -> list[ImportLine]:
    """What importing would do, line by line; nothing is written.

    :param people: of ``read_people``.
    """
    known = _known(session, account_id)
    return [_line(person, known) for person in people]


def import_contacts(
    session: Session, *, account_id: int, tenant_id: int, people: Sequence[ReadPerson], now: datetime
) -> tuple[int, int]:
    """Keep those who can be kept, in the caller's transaction: all of them or none.

    :param people: of ``read_people``.
    :returns: how many people are new, and of how many something changed.
    :raises Refused: code ``changed_meanwhile``, when another transaction added one of them since.
    """
    lines = preview(session, account_id=account_id, people=people)
    new = {public_id(): line.entry for line in lines if line.what == "new"}
    changed = {
        line.contact_id: line.entry
        for line in lines
        if line.what == "changed" and line.contact_id is not None
    }
    try:
        with session.begin_nested():
            ids = _add(session, account_id, tenant_id, new, now)
    except IntegrityError as error:
        raise Refused(
            "changed_meanwhile", _("Your contacts changed meanwhile. Look at what will happen once more.")
        ) from error
    _change(session, changed, now)
    _label(session, account_id, tenant_id, changed | ids)
    session.expire_all()  # rows were written past the objects that the session holds
    return len(new), len(changed)


def _line(person: ReadPerson, known: _Known) -> ImportLine:
    if person.problem:
        return ImportLine(person.number, "bad", person.entry, person.problem)
    found = known.of(person.entry)
    if found is None:
        return ImportLine(person.number, "new", person.entry, left_out=person.left_out)
    contact_id, before = found
    merged = _merged(before, person.entry)
    return ImportLine(
        person.number,
        "same" if merged == before else "changed",
        merged,
        contact_id=contact_id,
        left_out=person.left_out,
    )


def _merged(before: Entry, entry: Entry) -> Entry:
    """What is known now: the file's word, and what the file says nothing about."""
    return Entry(
        entry.name or before.name,
        entry.email or before.email,
        entry.phone or before.phone,
        clean_labels((*before.labels, *entry.labels)),
        entry.notes or before.notes,
    )


def _known(session: Session, account_id: int) -> _Known:
    """The book as values. Thousands of rows are read as rows: objects take five times as long."""
    whose = (Contact.account_id == account_id, Contact.removed_at.is_(None))
    labels: dict[int, list[str]] = {}
    for contact_id, label in session.execute(
        select(ContactLabel.contact_id, ContactLabel.label).join(ContactLabel.contact).where(*whose)
    ):
        labels.setdefault(contact_id, []).append(label)
    known = _Known()
    rows = select(Contact.id, Contact.name, Contact.email, Contact.phone, Contact.notes).where(*whose)
    for id_, name, email, phone, notes in session.execute(rows):
        entry = Entry(name, email or "", phone or "", clean_labels(labels.get(id_, ())), notes)
        if email:
            known.by_email[email] = (id_, entry)
        elif phone:
            known.by_phone[phone] = (id_, entry)
    return known


def _add(
    session: Session, account_id: int, tenant_id: int, new: dict[str, Entry], now: datetime
) -> dict[int, Entry]:
    """Write those who are new; their rows' ids.

    :param new: by ``public_id``.
    """
    if not new:
        return {}
    same = {"tenant_id": tenant_id, "account_id": account_id, "created_at": now, "updated_at": now}
    session.execute(
        insert(Contact), [same | columns_of(entry) | {"public_id": key} for key, entry in new.items()]
    )
    written = select(Contact.id, Contact.public_id).where(
        Contact.account_id == account_id, Contact.created_at == now
    )
    return {id_: new[key] for id_, key in session.execute(written) if key in new}


def _change(session: Session, changed: dict[int, Entry], now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        columns_of(entry) | {"id": id_, "updated_at": now} for id_, entry in changed.items()
    ]
    if rows:
        session.execute(update(Contact), rows)


def _label(session: Session, account_id: int, tenant_id: int, entries: dict[int, Entry]) -> None:
    """Write the labels that are not there yet; importing takes none off."""
    wanted = {(id_, label) for id_, entry in entries.items() for label in entry.labels}
    there = select(ContactLabel.contact_id, ContactLabel.label).join(ContactLabel.contact)
    if wanted:
        own = there.where(Contact.account_id == account_id)
        wanted -= {(id_, label) for id_, label in session.execute(own)}
    rows = [{"tenant_id": tenant_id, "contact_id": id_, "label": label} for id_, label in sorted(wanted)]
    if rows:
        session.execute(insert(ContactLabel), rows)
