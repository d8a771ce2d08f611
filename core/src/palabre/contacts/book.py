"""The address book of an account: keeping, finding, and taking off with a way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from palabre.contacts.entries import BadEntry, Entry, checked, clean_labels
from palabre.contacts.phones import phone_as_typed_at_home
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.model import Contact, ContactLabel

#: Most words that a search looks for, and most contacts that are offered while somebody types.
MOST_WORDS, MOST_OFFERED = 5, 8
#: For how long somebody who was taken off can be brought back, in hours.
UNDO_H = 24


@dataclass(frozen=True)
class ContactPage:
    """One page of a search.

    :param total: how many fit.
    """

    contacts: tuple[Contact, ...]
    total: int
    page: int
    pages: int


def add_contact(session: Session, *, account_id: int, tenant_id: int, entry: Entry, now: datetime) -> Contact:
    """Keep somebody new, in the caller's transaction.

    :param entry: as ``checked`` gave it back.
    :raises BadEntry: when somebody with the address, or with nothing but the same number, is there already.
    """
    _refuse_double(session, account_id, entry)
    contact = Contact(tenant_id=tenant_id, account_id=account_id, created_at=now, updated_at=now)
    write(contact, entry)
    try:
        with session.begin_nested():
            session.add(contact)
    except IntegrityError:  # somebody else's transaction added the address since we looked
        _refuse_double(session, account_id, entry)
        raise
    return contact


def change_contact(session: Session, *, contact: Contact, entry: Entry, now: datetime) -> None:
    """Keep what is known of somebody now.

    :raises BadEntry: as ``add_contact``.
    """
    _refuse_double(session, contact.account_id, entry, but=contact.id)
    try:
        with session.begin_nested():
            write(contact, entry)
            contact.updated_at = now
    except IntegrityError:  # as above
        _refuse_double(session, contact.account_id, entry, but=contact.id)
        raise


def remove_contact(session: Session, *, contact: Contact, now: datetime) -> None:
    """Take somebody off; ``restore_contact`` brings them back, until ``forget_removed`` deletes them."""
    contact.removed_at = now
    session.flush()


def restore_contact(session: Session, *, account_id: int, public_id: str) -> Contact:
    """Bring somebody back who was taken off.

    :raises NotFound: code ``unknown_contact``.
    :raises BadEntry: when somebody with the address was added meanwhile.
    """
    contact = _find(session, account_id, public_id, Contact.removed_at.is_not(None))
    _refuse_double(session, account_id, entry_of(contact))
    contact.removed_at = None
    session.flush()
    return contact


def forget_removed(session: Session, *, now: datetime) -> int:
    """Delete who was taken off more than ``UNDO_H`` ago.

    :returns: how many.
    """
    gone = session.execute(
        delete(Contact).where(Contact.removed_at < now - timedelta(hours=UNDO_H)),
        execution_options={"synchronize_session": False},
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result is a CursorResult


def keep_contact(
    session: Session, *, account_id: int, tenant_id: int, email: str, name: str, now: datetime
) -> Contact:
    """Keep somebody by one click; who is there already stays as they are.

    :raises BadEntry: when the address is none.
    """
    found = session.scalar(
        select(Contact).where(
            Contact.account_id == account_id,
            Contact.email == email.strip().lower(),
            Contact.removed_at.is_(None),
        )
    )
    if found is not None:
        return found
    entry = checked(Entry(name=name, email=email), country=None)
    return add_contact(session, account_id=account_id, tenant_id=tenant_id, entry=entry, now=now)


def find_contact(session: Session, *, account_id: int, public_id: str) -> Contact:
    """A contact of an account.

    :raises NotFound: code ``unknown_contact``; the same for somebody else's and for none.
    """
    return _find(session, account_id, public_id, Contact.removed_at.is_(None))


def search_contacts(
    session: Session, *, account_id: int, search: str = "", label: str = "", page: int = 1, per_page: int = 50
) -> ContactPage:
    """One page of an account's contacts by name, in three queries however many there are.

    :param search: parts of name, address, number or labels; accents and capitals do not count, each word must be there.
    :param label: only those who have it.
    """
    fits = [*_own(account_id), *_containing(search)]
    if label:
        fits.append(Contact.labels.any(ContactLabel.label == label))
    total = session.scalar(select(func.count(Contact.id)).where(*fits)) or 0
    pages = max(1, -(-total // per_page))
    page = min(max(1, page), pages)
    rows = session.scalars(
        select(Contact)
        .where(*fits)
        .options(selectinload(Contact.labels))
        .order_by(Contact.sort_key, Contact.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return ContactPage(tuple(rows), total, page, pages)


def offered(session: Session, *, account_id: int, typed: str) -> list[Contact]:
    """Who may be meant by what somebody types; only those who can be mailed."""
    if not folded(typed).split():
        return []
    return list(
        session.scalars(
            select(Contact)
            .where(*_own(account_id), Contact.email.is_not(None), *_containing(typed))
            .order_by(Contact.sort_key, Contact.id)
            .limit(MOST_OFFERED)
        )
    )


def labels_of(session: Session, *, account_id: int) -> list[tuple[str, int]]:
    """The labels of an account's contacts, with how many have each."""
    found = session.execute(
        select(ContactLabel.label, func.count())
        .join(Contact, Contact.id == ContactLabel.contact_id)
        .where(*_own(account_id))
        .group_by(ContactLabel.label)
        .order_by(ContactLabel.label)
    )
    return [(label, count) for label, count in found]


def known_addresses(session: Session, *, account_id: int, emails: Collection[str]) -> set[str]:
    """Which of some addresses are in the book."""
    query = select(Contact.email).where(*_own(account_id), Contact.email.in_(emails))
    return {email for email in session.scalars(query) if email}


def entry_of(contact: Contact) -> Entry:
    """What is known of somebody."""
    return Entry(
        contact.name,
        contact.email or "",
        contact.phone or "",
        clean_labels(one.label for one in contact.labels),
        contact.notes,
    )


def write(contact: Contact, entry: Entry) -> None:
    """Put an entry into a row, with what lists are ordered by and searches look in."""
    for column, value in columns_of(entry).items():
        setattr(contact, column, value)
    known = {one.label: one for one in contact.labels}
    contact.labels = [
        known.get(label) or ContactLabel(label=label, tenant_id=contact.tenant_id) for label in entry.labels
    ]


def columns_of(entry: Entry) -> dict[str, Any]:
    """An entry as columns of ``contact``; its labels are rows of their own."""
    numbers = (entry.phone, phone_as_typed_at_home(entry.phone)) if entry.phone else ()
    return {
        "name": entry.name,
        "email": entry.email or None,
        "phone": entry.phone or None,
        "notes": entry.notes,
        "sort_key": folded(entry.name or entry.email or entry.phone)[:600],
        "search_text": folded(" ".join((entry.name, entry.email, *numbers, *entry.labels))),
    }


def _own(account_id: int) -> list[ColumnElement[bool]]:
    return [Contact.account_id == account_id, Contact.removed_at.is_(None)]


def _containing(search: str) -> Iterable[ColumnElement[bool]]:
    words = folded(search).split()[:MOST_WORDS]
    return [Contact.search_text.contains(word, autoescape=True) for word in words]


def _find(session: Session, account_id: int, public_id: str, where: ColumnElement[bool]) -> Contact:
    contact = session.scalar(
        select(Contact)
        .where(Contact.account_id == account_id, Contact.public_id == public_id, where)
        .options(selectinload(Contact.labels))
    )
    if contact is None:
        raise NotFound("unknown_contact", _("There is no such contact among yours."))
    return contact


def _refuse_double(session: Session, account_id: int, entry: Entry, *, but: int | None = None) -> None:
    only_number = (Contact.phone == entry.phone) & Contact.email.is_(None)
    same = Contact.email == entry.email if entry.email else only_number
    query = select(Contact).where(*_own(account_id), same)
    found = session.scalars(query if but is None else query.where(Contact.id != but)).first()
    if found is not None:
        field = "email" if entry.email else "phone"
        who = found.name or found.email or found.phone or ""
        raise BadEntry({field: _("{name} is among your contacts with it already.").format(name=who)})
