"""People who were taken off an address book, and who comes in between."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from palabre.contacts import Entry, add_contact, checked, remove_contact
from palabre.model import Contact
from palabre.tenants import tenant_scope
from palabre.worker.sweeps import forget_removed_contacts


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


def test_who_was_taken_off_is_deleted_after_a_day(application, tenant, account, clock):
    with tenant_scope(tenant), application.db.transaction() as session:
        entry = checked(Entry("Kim", "kim@example.org", labels=("choir",)), country=None)
        contact = add_contact(
            session, account_id=account.id, tenant_id=tenant.id, entry=entry, now=clock.now()
        )
        remove_contact(session, contact=contact, now=clock.now())
    assert forget_removed_contacts(application) == 0
    clock.advance(hours=25)
    assert forget_removed_contacts(application) == 1
    with application.db.reading() as session:
        assert session.scalar(select(func.count(Contact.id))) == 0
