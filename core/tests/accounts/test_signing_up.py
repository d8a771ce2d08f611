"""Signing up, confirming, forgetting and changing: what the services of accounts promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palabre.accounts import (
    change_email,
    check_password,
    confirm,
    confirm_email_change,
    create_account,
    find_account,
    hash_password,
    is_password,
    request_password_reset,
    reset_password,
    sign_up,
)
from palabre.accounts.tokens import make_token, read_token
from palabre.errors import Refused
from palabre.model import Account, Mail
from palabre.tenants import tenant_scope
from palabre.testing.room import make_tenant


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


@pytest.fixture
def ask(application, tenant):
    """Ask for an account: ``ask("sam@example.org")``."""

    def ask(email, name="Sam", **how):
        with tenant_scope(tenant), application.db.transaction() as session:
            return sign_up(
                session,
                plugins=application.plugins,
                secret=application.secret,
                email=email,
                name=name,
                language=how.get("language", "fr"),
                time_zone=how.get("time_zone", "Europe/Paris"),
                tenant_id=tenant.id,
                now=application.clock.now(),
            )

    return ask


@pytest.fixture
def mails(application):
    """Mails that wait, oldest first: pairs of kind and address, with the path of their link."""

    def mails():
        with application.db.reading() as session:
            return [
                (one.kind, one.email, one.data.get("path"))
                for one in session.scalars(select(Mail).order_by(Mail.id))
            ]

    return mails


def token_in(path):
    return path.rpartition("/")[2]


def test_who_signs_up_has_an_account_that_counts_once_it_is_confirmed(application, tenant, ask, mails):
    ask(" Sam@Example.org ", name="Sam  Okafor")
    [(kind, email, path)] = mails()
    assert (kind, email) == ("account.confirm", "sam@example.org")
    with tenant_scope(tenant), application.db.transaction() as session:
        account = find_account(session, "SAM@example.org")
        assert (account.name, account.language, account.time_zone) == ("Sam Okafor", "fr", "Europe/Paris")
        assert account.confirmed_at is None
        confirm(
            session,
            application.secret,
            token=token_in(path),
            password_hash=hash_password("four words are enough"),
            now=application.clock.now(),
        )
        assert account.confirmed_at == application.clock.now()
        assert is_password("four words are enough", account.password_hash)


def test_what_was_typed_last_before_the_confirmation_counts(application, tenant, ask, mails):
    def kept():
        with tenant_scope(tenant), application.db.reading() as session:
            account = find_account(session, "sam@example.org")
            return account.name, account.language, account.time_zone

    ask("sam@example.org", name="Sam Okaffor", language="en", time_zone="UTC")
    ask("sam@example.org", name="Sam Okafor", language="fr", time_zone="Africa/Lagos")
    assert kept() == ("Sam Okafor", "fr", "Africa/Lagos")
    with application.db.reading() as session:
        assert session.scalars(select(Mail).order_by(Mail.id)).all()[-1].name == "Sam Okafor"
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        confirm(session, application.secret, token=token_in(mails()[-1][2]), password_hash="x", now=now)
    ask("sam@example.org", name="Somebody Else", language="en", time_zone="UTC")
    assert kept() == ("Sam Okafor", "fr", "Africa/Lagos")


def test_a_confirmation_is_good_once(application, tenant, ask, mails):
    ask("sam@example.org")
    token = token_in(mails()[0][2])
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        confirm(session, application.secret, token=token, password_hash="x", now=now)
        with pytest.raises(Refused) as refused:
            confirm(session, application.secret, token=token, password_hash="y", now=now)
    assert refused.value.code == "bad_token"


def test_a_confirmation_is_good_for_three_days(application, tenant, clock, ask, mails):
    ask("sam@example.org")
    clock.advance(hours=72, seconds=1)
    with tenant_scope(tenant), application.db.transaction() as session, pytest.raises(Refused) as refused:
        confirm(
            session, application.secret, token=token_in(mails()[0][2]), password_hash="x", now=clock.now()
        )
    assert refused.value.code == "bad_token"


def test_whoever_asks_with_a_known_address_is_answered_alike_and_its_owner_is_told(ask, account, mails):
    assert ask(account.email) is None
    assert [(kind, email) for kind, email, _path in mails()] == [("account.exists", account.email)]


def test_asking_twice_before_confirming_mails_twice_and_makes_one_account(application, tenant, ask, mails):
    ask("sam@example.org")
    assert ask("sam@example.org") is None
    assert [kind for kind, _email, _path in mails()] == ["account.confirm"] * 2
    with application.db.reading() as session:
        assert session.scalar(select(func.count(Account.id))) == 1


@pytest.mark.parametrize(
    "email", ["", "sam", "sam@", "@example.org", "sam@exam ple.org", "a@b@c.org", "s@x\r\nBcc: y@z.org"]
)
def test_an_address_that_is_none_is_refused(ask, mails, email):
    with pytest.raises(Refused) as refused:
        ask(email)
    assert refused.value.code == "bad_address"
    assert mails() == []


def test_a_name_cannot_reach_into_the_headers_of_a_mail(application, ask):
    ask("sam@example.org", name="Sam\r\nBcc: everybody@example.org")
    with application.db.reading() as session:
        assert session.scalars(select(Mail)).one().name == "Sam Bcc: everybody@example.org"


def test_an_unknown_zone_and_language_become_the_default(application, ask):
    account = ask("sam@example.org", language="xx", time_zone="Mars/Base")
    assert (account.language, account.time_zone) == ("en", "UTC")


def test_an_address_is_unique_in_its_tenant_only(application, tenant, account):
    other = make_tenant(application, slug="other")
    with tenant_scope(other), application.db.transaction() as session:
        assert find_account(session, account.email) is None
        create_account(
            session,
            email=account.email,
            name="Léa",
            password_hash=None,
            tenant_id=other.id,
            now=application.clock.now(),
        )
    with tenant_scope(tenant), application.db.transaction() as session, pytest.raises(Refused) as refused:
        create_account(
            session,
            email=account.email,
            name="Léa",
            password_hash=None,
            tenant_id=tenant.id,
            now=application.clock.now(),
        )
    assert refused.value.code == "email_taken"


def test_a_token_of_another_tenant_is_worth_nothing(application, tenant, ask, mails):
    ask("sam@example.org")
    token, now = token_in(mails()[0][2]), application.clock.now()
    with (
        tenant_scope(make_tenant(application, slug="other")),
        application.db.transaction() as session,
        pytest.raises(Refused) as refused,
    ):
        confirm(session, application.secret, token=token, password_hash="x", now=now)
    assert refused.value.code == "bad_token"


def test_a_token_for_one_thing_does_nothing_else(application, tenant, account):
    now = application.clock.now()
    token = make_token(application.secret, account, purpose="confirm", now=now, for_h=1)
    with tenant_scope(tenant), application.db.reading() as session:
        assert read_token(session, application.secret, token, purpose="confirm", now=now).id == account.id
        with pytest.raises(Refused):
            read_token(session, application.secret, token, purpose="reset", now=now)


def test_a_forgotten_password_is_replaced_by_the_link_and_the_link_is_used_up(
    application, tenant, account, mails
):
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        request_password_reset(session, application.secret, email=account.email, now=now)
    [(kind, _email, path)] = mails()
    assert kind == "account.reset"
    with tenant_scope(tenant), application.db.transaction() as session:
        reset_password(session, application.secret, token=token_in(path), password_hash="new", now=now)
        assert session.get_one(Account, account.id).password_hash == "new"
        with pytest.raises(Refused):
            reset_password(session, application.secret, token=token_in(path), password_hash="again", now=now)
    assert mails()[-1][0] == "account.password_changed"


def test_nobody_is_mailed_about_a_password_of_an_unknown_address(application, tenant, mails):
    with tenant_scope(tenant), application.db.transaction() as session:
        request_password_reset(
            session, application.secret, email="who@example.org", now=application.clock.now()
        )
    assert mails() == []


def test_an_address_changes_when_the_link_at_the_new_one_is_followed(application, tenant, account, mails):
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        row = session.get_one(Account, account.id)
        change_email(session, application.secret, row, email="lea@example.com", now=now)
    [(kind, email, path)] = mails()
    assert (kind, email) == ("account.email_change", "lea@example.com")
    with tenant_scope(tenant), application.db.transaction() as session:
        with pytest.raises(Refused):  # the token vouches for one address
            confirm_email_change(
                session, application.secret, token=token_in(path), email="x@example.com", now=now
            )
        confirm_email_change(
            session, application.secret, token=token_in(path), email="lea@example.com", now=now
        )
        assert session.get_one(Account, account.id).email == "lea@example.com"
    assert mails()[-1][:2] == ("account.email_changed", "lea@example.org")


def test_changing_to_an_address_of_somebody_else_tells_its_owner_only(
    application, tenant, account, ask, mails
):
    now = application.clock.now()
    with tenant_scope(tenant), application.db.transaction() as session:
        create_account(
            session, email="sam@example.org", name="Sam", password_hash=None, tenant_id=tenant.id, now=now
        )
        row = session.get_one(Account, account.id)
        change_email(session, application.secret, row, email="sam@example.org", now=now)
    assert [(kind, email) for kind, email, _path in mails()] == [("account.exists", "sam@example.org")]


@pytest.mark.parametrize(
    "password", ["short", "x" * 257, "aaaaaaaaaaaa", "lea@example.org", "Léa Martin-Dupont"]
)
def test_a_password_that_is_too_short_too_long_or_guessed_is_refused(password):
    with pytest.raises(Refused) as refused:
        check_password(password, email="lea@example.org", name="léa martin-dupont")
    assert refused.value.code == "bad_password"


def test_nobody_has_the_password_of_an_account_that_has_none():
    assert not is_password("nobody has this password", None)


def test_a_confirmation_that_was_asked_for_again_stays_good(application, tenant, clock, ask, mails):
    ask("sam@example.org")
    clock.advance(minutes=5)
    ask("sam@example.org")
    for _kind, _email, path in mails():
        with tenant_scope(tenant), application.db.reading() as session:
            found = read_token(
                session, application.secret, token_in(path), purpose="confirm", now=clock.now()
            )
            assert found.created_at == clock.now() - timedelta(minutes=5)
