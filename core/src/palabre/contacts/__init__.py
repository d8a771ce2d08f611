"""Contacts: the people an organiser knows, each account's own."""

from palabre.contacts.book import (
    ContactPage,
    add_contact,
    change_contact,
    entry_of,
    find_contact,
    forget_removed,
    keep_contact,
    known_addresses,
    labels_of,
    offered,
    remove_contact,
    restore_contact,
    search_contacts,
)
from palabre.contacts.entries import BadEntry, Entry, checked
from palabre.contacts.exporting import as_csv, as_vcard
from palabre.contacts.importing import ImportLine, import_contacts, preview
from palabre.contacts.phones import country_of, phone_as_read
from palabre.contacts.reading import ReadPerson, read_people

__all__ = [
    "BadEntry",
    "ContactPage",
    "Entry",
    "ImportLine",
    "ReadPerson",
    "add_contact",
    "as_csv",
    "as_vcard",
    "change_contact",
    "checked",
    "country_of",
    "entry_of",
    "find_contact",
    "forget_removed",
    "import_contacts",
    "keep_contact",
    "known_addresses",
    "labels_of",
    "offered",
    "phone_as_read",
    "preview",
    "read_people",
    "remove_contact",
    "restore_contact",
    "search_contacts",
]
