"""Passkeys: what is kept, who is signed in by them, and every answer that is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from palabre.accounts import export_account
from palabre.accounts.passkeys import (
    MOST,
    Challenge,
    Site,
    begin_authentication,
    begin_registration,
    finish_authentication,
    finish_registration,
    own_passkey,
    remove_passkey,
    rename_passkey,
)
from palabre.errors import NotFound, Refused
from palabre.model import Account, Mail, Passkey
from palabre.tenants import tenant_scope
from palabre.testing.authenticator import Authenticator
from palabre.testing.room import make_tenant
from palabre.worker.account_letters import passkey_added

SITE = Site("meet.example.org", "https://meet.example.org", "Palabre")


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


@pytest.fixture
def browser():
    return Authenticator(SITE.origin, SITE.host)


@pytest.fixture
def session(application, tenant, account):
    with tenant_scope(tenant), application.db.transaction() as session:
        yield session


@pytest.fixture
def lea(session, account):
    return session.get_one(Account, account.id)


def add(session, clock, account, browser, name="Telephone"):
    challenge, options = begin_registration(session, account, site=SITE, now=clock.now())
    answer = json.dumps(browser.create(options))
    passkey = finish_registration(
        session, account, site=SITE, challenge=challenge, answer=answer, name=name, now=clock.now()
    )
    clock.advance(minutes=1)
    return passkey


def ask(clock, browser):
    """A challenge and the answer to it."""
    challenge, options = begin_authentication(site=SITE, now=clock.now())
    return challenge, browser.get(options)


def sign_in(session, clock, challenge, answer, site=SITE):
    clock.advance(seconds=1)
    return finish_authentication(
        session, site=site, challenge=challenge, answer=json.dumps(answer), now=clock.now()
    )


def make_sam(session, clock, email="sam@example.org"):
    sam = Account(email=email, name="Sam", created_at=clock.now(), confirmed_at=clock.now())
    session.add(sam)
    session.flush()
    return sam


def test_whoever_adds_a_passkey_signs_in_with_it(session, clock, lea, browser):
    passkey = add(session, clock, lea, browser)
    assert passkey.last_used_at == passkey.created_at
    assert sign_in(session, clock, *ask(clock, browser)) is lea
    assert passkey.last_used_at == clock.now()
    clock.advance(days=1)
    assert sign_in(session, clock, *ask(clock, browser)) is lea


def test_a_counter_goes_as_far_as_its_32_bits(session, clock, lea):
    browser = Authenticator(SITE.origin, SITE.host, counts=True)
    passkey = add(session, clock, lea, browser)
    browser.keys[passkey.credential_id].uses = 2**32 - 2
    assert sign_in(session, clock, *ask(clock, browser)) is lea
    assert passkey.sign_count == 2**32 - 1


def test_the_owner_is_told_by_mail(application, session, clock, lea, browser):
    add(session, clock, lea, browser, name="Léa's telephone")
    mail = session.scalars(select(Mail)).one()
    assert mail.email == lea.email
    letter = passkey_added(application, session, mail)
    assert letter.subject == "A passkey was added to your account"
    assert "The passkey Léa's telephone signs in to your account at Default" in letter.paragraphs[1]
    assert "/account" in letter.notes[0]


def test_the_browser_is_told_who_and_where_and_which_passkeys_there_are(session, clock, lea, browser):
    first = add(session, clock, lea, browser)
    _challenge, options = begin_registration(session, lea, site=SITE, now=clock.now())
    assert options["rp"] == {"id": "meet.example.org", "name": "Palabre"}
    assert options["user"]["name"] == lea.email
    assert base64url_to_bytes(options["user"]["id"]).hex() == lea.passkey_handle
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(first.credential_id)]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    _challenge, options = begin_authentication(site=SITE, now=clock.now())
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("origin", "https://evil.example.org"),
        ("origin", "http://meet.example.org"),
        ("origin", "https://meet.example.org:8443"),
        ("host", "example.org"),
        ("verifies", False),
    ],
)
def test_an_answer_for_elsewhere_or_without_its_owner_is_refused(
    session, clock, lea, browser, attribute, value
):
    add(session, clock, lea, browser)
    wrong = replace(browser, **{attribute: value})
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, *ask(clock, wrong))
    challenge, options = begin_registration(session, lea, site=SITE, now=clock.now())
    with pytest.raises(Refused, match="not accepted"):
        finish_registration(
            session,
            lea,
            site=SITE,
            challenge=challenge,
            answer=json.dumps(wrong.create(options)),
            name="",
            now=clock.now(),
        )
    assert len(session.scalars(select(Passkey)).all()) == 1


def test_an_answer_to_another_challenge_is_refused(session, clock, lea, browser):
    add(session, clock, lea, browser)
    _challenge, answer = ask(clock, browser)
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, Challenge(b"another", clock.now()), answer)


def test_an_answer_counts_once(session, clock, lea, browser):
    add(session, clock, lea, browser)
    challenge, answer = ask(clock, browser)
    sign_in(session, clock, challenge, answer)
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, challenge, answer)


def test_an_answer_that_was_held_back_does_not_count_after_the_next(session, clock, lea, browser):
    add(session, clock, lea, browser)
    held_back = ask(clock, browser)
    clock.advance(seconds=10)
    sign_in(session, clock, *ask(clock, browser))
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, *held_back)


def test_a_copied_key_is_found_by_its_counter(session, clock, lea):
    browser = Authenticator(SITE.origin, SITE.host, counts=True)
    passkey = add(session, clock, lea, browser)
    for _time in range(3):
        sign_in(session, clock, *ask(clock, browser))
        clock.advance(minutes=1)
    assert passkey.sign_count == 3
    browser.keys[passkey.credential_id].uses = 1
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, *ask(clock, browser))


def test_an_answer_after_five_minutes_is_too_late(session, clock, lea, browser):
    add(session, clock, lea, browser)
    late = ask(clock, browser)
    clock.advance(minutes=5)
    with pytest.raises(Refused, match="too long"):
        sign_in(session, clock, *late)
    challenge, options = begin_registration(session, lea, site=SITE, now=clock.now())
    answer = json.dumps(browser.create(options))
    clock.advance(minutes=6)
    with pytest.raises(Refused, match="too long"):
        finish_registration(
            session, lea, site=SITE, challenge=challenge, answer=answer, name="", now=clock.now()
        )


def test_a_passkey_signs_in_to_the_account_that_it_was_made_for(session, clock, lea, browser):
    passkey = add(session, clock, lea, browser)
    sam = make_sam(session, clock)
    add(session, clock, sam, Authenticator(SITE.origin, SITE.host))
    browser.keys[passkey.credential_id].user_handle = bytes.fromhex(sam.passkey_handle)
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, *ask(clock, browser))
    challenge, answer = ask(clock, browser)
    del answer["response"]["userHandle"]
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, challenge, answer)


def test_a_passkey_of_one_account_is_not_added_to_another(session, clock, lea, browser):
    challenge, options = begin_registration(session, lea, site=SITE, now=clock.now())
    answer = json.dumps(browser.create(options))
    finish_registration(session, lea, site=SITE, challenge=challenge, answer=answer, name="", now=clock.now())
    with pytest.raises(Refused, match="in use already"):
        finish_registration(
            session,
            make_sam(session, clock),
            site=SITE,
            challenge=challenge,
            answer=answer,
            name="",
            now=clock.now(),
        )
    assert [one.account_id for one in session.scalars(select(Passkey))] == [lea.id]


def test_another_tenant_does_not_know_the_passkey(application, clock, tenant, account, browser):
    with tenant_scope(tenant), application.db.transaction() as session:
        passkey = add(session, clock, session.get_one(Account, account.id), browser)
    with (
        tenant_scope(make_tenant(application, slug="other")),
        application.db.transaction() as session,
    ):
        with pytest.raises(Refused, match="not known here"):
            sign_in(session, clock, *ask(clock, browser))
        with pytest.raises(NotFound):
            own_passkey(session, account.id, passkey.id)


@pytest.mark.parametrize("change", [{"is_active": False}, {"confirmed_at": None}], ids=str)
def test_an_account_that_nobody_may_sign_in_to_stays_closed(session, clock, lea, browser, change):
    add(session, clock, lea, browser)
    for name, value in change.items():
        setattr(lea, name, value)
    with pytest.raises(Refused, match="not accepted"):
        sign_in(session, clock, *ask(clock, browser))


def test_a_removed_passkey_is_not_known_and_another_still_is(session, clock, lea, browser):
    first, second = add(session, clock, lea, browser), add(session, clock, lea, browser)
    gone, kept = first.credential_id, second.credential_id
    remove_passkey(session, own_passkey(session, lea.id, first.id))
    challenge, options = begin_authentication(site=SITE, now=clock.now())
    with pytest.raises(Refused, match="not known here"):
        sign_in(session, clock, challenge, browser.get(options, gone))
    assert sign_in(session, clock, challenge, browser.get(options, kept)) is lea


def test_another_persons_passkey_can_neither_be_found_nor_changed(session, clock, lea, browser):
    passkey = add(session, clock, lea, browser)
    with pytest.raises(NotFound, match="no such passkey"):
        own_passkey(session, make_sam(session, clock).id, passkey.id)


def test_a_name_is_kept_clean(session, clock, lea, browser):
    passkey = add(session, clock, lea, browser, name=" Key\n\u202ering ")
    assert passkey.name == "Key ring"
    rename_passkey(session, passkey, name="x" * 100)
    assert passkey.name == "x" * 64
    rename_passkey(session, passkey, name=" ")
    assert passkey.name == "Passkey"


def test_there_is_a_most(session, clock, lea, browser):
    for _number in range(MOST):
        add(session, clock, lea, browser)
    with pytest.raises(Refused, match="at most 20 passkeys"):
        begin_registration(session, lea, site=SITE, now=clock.now())


def test_the_export_names_passkeys_and_holds_no_key(session, clock, lea, browser):
    passkey = add(session, clock, lea, browser)
    held = export_account(session, lea, now=clock.now())
    assert [one["name"] for one in held["passkeys"]] == ["Telephone"]
    written = json.dumps(held)
    for secret in (passkey.credential_id, passkey.public_key):
        assert secret.hex() not in written
        assert bytes_to_base64url(secret) not in written
    assert lea.passkey_handle not in written


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        '"x"',
        "[" * 60_000,
        '{"id": 1}',
        '{"id": "x", "rawId": "é", "response": {}}',
    ],
    ids=lambda answer: answer[:12],
)
def test_what_no_browser_sends_is_refused(session, clock, lea, answer):
    challenge = Challenge(b"x", clock.now())
    with pytest.raises(Refused, match="not accepted"):
        finish_authentication(session, site=SITE, challenge=challenge, answer=answer, now=clock.now())
    with pytest.raises(Refused, match="not accepted"):
        finish_registration(
            session, lea, site=SITE, challenge=challenge, answer=answer, name="", now=clock.now()
        )


@given(data=st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_answer_with_wrong_bytes_is_refused(data, session, clock, lea, browser):
    """Whatever one byte becomes, the answer is refused, or taken where it means nothing; nothing else is raised."""
    challenge = Challenge(b"asked once", clock.now())
    answer = browser.create({"user": {"id": "AAAA"}, "challenge": bytes_to_base64url(challenge.value)})
    member = data.draw(st.sampled_from(sorted(answer["response"])))
    held = bytearray(base64url_to_bytes(answer["response"][member]))
    held[data.draw(st.integers(0, len(held) - 1))] ^= data.draw(st.integers(1, 255))
    answer["response"][member] = bytes_to_base64url(bytes(held))
    with suppress(Refused):
        finish_registration(
            session,
            lea,
            site=SITE,
            challenge=challenge,
            answer=json.dumps(answer),
            name="",
            now=clock.now(),
        )
