"""Browsers that are signed in, the second factor, the export and the end of an account."""

from __future__ import annotations

import json
from base64 import b32decode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import event, func, select

from palabre.accounts import (
    begin_second_factor,
    begin_session,
    close_account,
    drop_second_factor,
    enable_second_factor,
    end_other_sessions,
    end_session,
    end_sessions,
    export_account,
    is_second_factor,
    provisioning_uri,
    session_of,
    sessions_of,
)
from palabre.errors import Refused
from palabre.model import Account, AccountSession, Contact, ContactLabel, Meeting, Occurrence
from palabre.tenants import tenant_scope
from palabre.testing.room import make_tenant


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


@pytest.fixture
def transaction(application, tenant):
    with tenant_scope(tenant), application.db.transaction() as session:
        yield session


def begin(application, session, account, agent="Firefox"):
    return begin_session(session, account, user_agent=agent, address="192.0.2.7", now=application.clock.now())


def code_at(secret, now):
    return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(now.timestamp())).decode()


def test_the_key_of_a_session_is_kept_as_a_hash_only(application, account, transaction):
    key = begin(application, transaction, account)
    row, found = session_of(transaction, key, now=application.clock.now())
    assert found.id == account.id
    assert key not in (row.key_hash, row.public_id)
    assert session_of(transaction, key + "x", now=application.clock.now()) is None


def test_a_session_that_was_not_seen_for_thirty_days_is_over(application, clock, account, transaction):
    key = begin(application, transaction, account)
    clock.advance(hours=30 * 24 + 1)
    assert session_of(transaction, key, now=clock.now()) is None
    assert sessions_of(transaction, account, now=clock.now()) == []


def test_one_browser_the_others_and_all_can_be_signed_out(application, account, transaction):
    now = application.clock.now()
    keys = [begin(application, transaction, account, agent) for agent in ("A", "B", "C")]
    ids = {one.user_agent: one.public_id for one in sessions_of(transaction, account, now=now)}
    assert end_session(transaction, account.id, ids["A"], now=now)
    assert not end_session(transaction, account.id + 1, ids["B"], now=now)
    assert [bool(session_of(transaction, key, now=now)) for key in keys] == [False, True, True]
    end_other_sessions(transaction, account.id, but=ids["C"], now=now)
    assert [bool(session_of(transaction, key, now=now)) for key in keys] == [False, False, True]
    end_sessions(transaction, account, now=now)
    assert not session_of(transaction, keys[2], now=now)


def test_a_session_is_nobodys_in_another_tenant(application, account, tenant):
    with tenant_scope(tenant), application.db.transaction() as session:
        key = begin(application, session, account)
    other = make_tenant(application, slug="other")
    with tenant_scope(other), application.db.reading() as session:
        assert session_of(session, key, now=application.clock.now()) is None


def test_an_account_that_was_disabled_is_signed_out_at_once(application, account, transaction):
    key = begin(application, transaction, account)
    transaction.get_one(Account, account.id).is_active = False
    transaction.flush()
    assert session_of(transaction, key, now=application.clock.now()) is None


def test_the_second_factor_takes_the_present_code_and_its_neighbours(
    application, clock, account, transaction
):
    row = transaction.get_one(Account, account.id)
    secret = begin_second_factor()
    now = clock.now()
    with pytest.raises(Refused) as refused:
        enable_second_factor(transaction, row, totp_secret=secret, code="000000", now=now)
    assert refused.value.code == "bad_code"
    enable_second_factor(transaction, row, totp_secret=secret, code=code_at(secret, now), now=now)
    code = code_at(secret, now + timedelta(seconds=30))
    assert is_second_factor(transaction, row, f"{code[:3]} {code[3:]}", now=now)
    clock.advance(seconds=90)
    code = code_at(secret, now + timedelta(seconds=60))
    assert is_second_factor(transaction, row, code, now=clock.now())
    code = code_at(secret, clock.now())
    clock.advance(seconds=60)
    assert not is_second_factor(transaction, row, code, now=clock.now())


def test_a_code_lets_in_once(clock, account, transaction):
    row = transaction.get_one(Account, account.id)
    secret = begin_second_factor()
    earlier, now = clock.now() - timedelta(seconds=30), clock.now()
    enable_second_factor(transaction, row, totp_secret=secret, code=code_at(secret, now), now=now)
    assert not is_second_factor(transaction, row, code_at(secret, now), now=now)
    clock.advance(seconds=30)
    now = clock.now()
    assert is_second_factor(transaction, row, code_at(secret, now), now=now)
    for used_up in (now, now - timedelta(seconds=30), earlier):
        assert not is_second_factor(transaction, row, code_at(secret, used_up), now=now)


def test_a_code_for_need_lets_in_once(application, account, transaction):
    row = transaction.get_one(Account, account.id)
    secret, now = begin_second_factor(), application.clock.now()
    codes = enable_second_factor(transaction, row, totp_secret=secret, code=code_at(secret, now), now=now)
    assert len(set(codes)) == 10
    assert is_second_factor(transaction, row, codes[3].upper(), now=now)
    transaction.refresh(row)
    assert not is_second_factor(transaction, row, codes[3], now=now)
    assert len(row.recovery_codes) == 9
    drop_second_factor(transaction, row)
    assert not is_second_factor(transaction, row, codes[4], now=now)


def test_the_uri_for_the_application_is_quoted():
    uri = provisioning_uri("ABC", email="léa@example.org", issuer="Ma marque & co")
    assert (
        uri
        == "otpauth://totp/Ma%20marque%20%26%20co:l%C3%A9a%40example.org?secret=ABC&issuer=Ma%20marque%20%26%20co"
    )


def test_the_export_holds_no_secret(application, account, transaction):
    row = transaction.get_one(Account, account.id)
    row.password_hash, row.totp_secret = "argon2-hash", "totp-secret"
    key = begin(application, transaction, account)
    written = json.dumps(export_account(transaction, row, now=application.clock.now()))
    assert "lea@example.org" in written
    assert "Firefox" in written
    for secret in ("argon2-hash", "totp-secret", row.sign_in_key, key):
        assert secret not in written


def test_the_export_of_much_takes_as_many_statements_as_of_little(application, account, transaction):
    now = application.clock.now()
    row = transaction.get_one(Account, account.id)
    count = []
    listen = lambda *_arguments: count.append(1)  # noqa: E731

    def exported():
        transaction.flush()
        transaction.expire_all()
        count.clear()
        event.listen(transaction.get_bind(), "before_cursor_execute", listen)
        held = export_account(transaction, row, now=now)
        event.remove(transaction.get_bind(), "before_cursor_execute", listen)
        assert all(one["labels"] == ["choir"] for one in held["contacts"])
        assert all(one["occurrences"] for one in held["meetings"])
        return len(held["contacts"]), len(held["meetings"]), len(count)

    def add(number):
        email = f"person{number}@example.org"
        contact = Contact(account_id=row.id, email=email, created_at=now, updated_at=now)
        contact.labels = [ContactLabel(label="choir")]
        meeting = Meeting(name="Budget", organiser_id=row.id, time_zone="UTC", created_at=now)
        meeting.occurrences = [Occurrence(recurrence_id=now, starts_at=now, duration_min=60)]
        transaction.add_all((contact, meeting))

    add(0)
    *held, few = exported()
    assert held == [1, 1]
    for number in range(1, 40):
        add(number)
    *held, many = exported()
    assert (held, many) == ([40, 40], few)


def test_a_closed_account_leaves_nothing_of_itself(application, account, transaction):
    begin(application, transaction, account)
    close_account(transaction, plugins=application.plugins, account=transaction.get_one(Account, account.id))
    transaction.expire_all()
    assert transaction.scalar(select(func.count(Account.id))) == 0
    assert transaction.scalar(select(func.count(AccountSession.id))) == 0
