"""Passkeys on the site, with a browser that has an authenticator."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from palabre.accounts import disable_account
from palabre.model import Account, Passkey, Tenant
from palabre.testing.authenticator import Authenticator
from palabre.testing.room import make_tenant
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of, csrf_token, make_account


@pytest.fixture
def web(application, tenant):
    return create_web(application)


@pytest.fixture
def lea(application, tenant):
    return make_account(application, email="lea@example.org", name="Léa Martin")


@pytest.fixture
def authenticator():
    return Authenticator("http://localhost", "localhost")


def send(client, path, *, form="/account", **fields):
    return client.post(path, data={"csrf_token": csrf_token(client, form), **fields})


def add(client, authenticator, clock, name="Telephone"):
    options = send(client, "/account/passkeys/begin", passkey_password=PASSWORD).json
    answer = json.dumps(authenticator.create(options))
    added = send(client, "/account/passkeys", answer=answer, passkey_name=name)
    clock.advance(minutes=1)
    return added


def ask(client, authenticator):
    options = send(client, "/account/sign-in/passkey/begin", form="/account/sign-in").json
    return json.dumps(authenticator.get(options))


def sign_in(client, answer, clock, **fields):
    clock.advance(seconds=1)
    return send(client, "/account/sign-in/passkey", form="/account/sign-in", answer=answer, **fields)


def test_a_passkey_is_added_and_signs_in(web, lea, clock, authenticator):
    client = client_of(web, lea)
    assert add(client, authenticator, clock).headers["Location"] == "/account#passkeys"
    page = client.get("/account").text
    assert "Telephone" in page
    assert "not used yet" in page
    browser = web.app.test_client()
    answer = sign_in(browser, ask(browser, authenticator), clock, next="/account?x=1")
    assert answer.headers["Location"] == "/account?x=1"
    page = browser.get("/account").text
    assert "You sign in with lea@example.org." in page
    assert "last used today" in page


def test_signing_in_with_a_passkey_leads_to_no_other_site(web, lea, clock, authenticator):
    add(client_of(web, lea), authenticator, clock)
    browser = web.app.test_client()
    answer = sign_in(browser, ask(browser, authenticator), clock, next="//evil.example")
    assert answer.headers["Location"] == "/"


def test_adding_needs_the_password(web, lea, authenticator):
    client = client_of(web, lea)
    answer = send(client, "/account/passkeys/begin", passkey_password="wrong")
    assert (answer.status_code, answer.json) == (422, {"problem": "This is not your password."})
    made = authenticator.create({"user": {"id": "AAAA"}, "challenge": "AAAA"})
    send(client, "/account/passkeys", answer=json.dumps(made), passkey_name="X")
    page = client.get("/account").text
    assert "That took too long. Try again." in page
    assert "/account/passkeys/1" not in page


def test_a_challenge_counts_once(web, lea, clock, authenticator):
    add(client_of(web, lea), authenticator, clock)
    browser = web.app.test_client()
    answer = ask(browser, authenticator)
    wrong = json.dumps({**json.loads(answer), "id": "AAAA"})
    assert "was not accepted" in sign_in(browser, wrong, clock).text
    again = sign_in(browser, answer, clock)
    assert again.status_code == 422
    assert "took too long" in again.text


def test_a_browser_that_brings_its_cookie_back_does_not_sign_in_again(web, lea, clock, authenticator):
    add(client_of(web, lea), authenticator, clock)
    browser = web.app.test_client()
    answer = ask(browser, authenticator)
    cookie = browser.get_cookie("palabre_session").value
    token = csrf_token(browser, "/account/sign-in")
    assert sign_in(browser, answer, clock).status_code == 303
    thief = web.app.test_client()
    thief.set_cookie("palabre_session", cookie)
    fields = {"csrf_token": token, "answer": answer}
    refused = thief.post("/account/sign-in/passkey", data=fields)
    assert refused.status_code == 422
    assert "was not accepted" in refused.text


def test_another_tenant_does_not_know_the_passkey(application, web, lea, clock, authenticator):
    other = make_tenant(application, slug="other")
    with application.db.transaction() as session:
        session.get_one(Tenant, other.id).host = "other.example.org"
    add(client_of(web, lea), authenticator, clock)
    browser = web.app.test_client()
    where = {"base_url": "http://other.example.org"}
    authenticator.origin, authenticator.host = "http://other.example.org", "other.example.org"

    def post(path, **fields):
        page = browser.get("/account/sign-in", **where).text
        token = re.search(r'name="csrf_token" value="([^"]*)"', page)[1]
        return browser.post(path, data={"csrf_token": token, **fields}, **where)

    options = post("/account/sign-in/passkey/begin").json
    assert options["rpId"] == "other.example.org"
    answer = post("/account/sign-in/passkey", answer=json.dumps(authenticator.get(options)))
    assert answer.status_code == 422
    assert "not known here" in answer.text


def test_a_passkey_is_renamed_and_removed_with_the_password(application, web, lea, clock, authenticator):
    client = client_of(web, lea)
    add(client, authenticator, clock)
    path = re.search(r'href="(/account/passkeys/\d+)"', client.get("/account").text)[1]
    send(client, f"{path}/name", form=path, passkey_name="Key <b>ring</b>")
    assert "Key &lt;b&gt;ring&lt;/b&gt;" in client.get(path).text
    answer = send(client, f"{path}/remove", form=path, passkey_password="wrong")
    assert answer.status_code == 422
    assert "This is not your password." in answer.text
    send(client, f"{path}/remove", form=path, passkey_password=PASSWORD)
    assert client.get(path).status_code == 404
    browser = web.app.test_client()
    assert "not known here" in sign_in(browser, ask(browser, authenticator), clock).text


def test_another_persons_passkey_is_not_found(application, web, lea, clock, authenticator):
    add(client_of(web, lea), authenticator, clock)
    with application.db.reading() as session:
        path = f"/account/passkeys/{session.scalars(select(Passkey.id)).one()}"
    sam = client_of(web, make_account(application, email="sam@example.org", name="Sam"))
    assert sam.get(path).status_code == 404
    assert send(sam, f"{path}/name", passkey_name="Mine").status_code == 404
    assert send(sam, f"{path}/remove", passkey_password=PASSWORD).status_code == 404


def test_a_passkey_needs_no_second_step_and_a_disabled_account_none(
    application, web, lea, clock, authenticator
):
    add(client_of(web, lea), authenticator, clock)
    with application.db.transaction() as session:
        session.get_one(Account, lea.id).second_factor = "authenticator"
    browser = web.app.test_client()
    assert sign_in(browser, ask(browser, authenticator), clock).status_code == 303
    assert browser.get("/account").status_code == 200
    with application.db.transaction() as session:
        disable_account(session, session.get_one(Account, lea.id), now=clock.now())
    assert browser.get("/account").status_code == 303
    clock.advance(minutes=1)
    assert sign_in(web.app.test_client(), "{}", clock).status_code == 422
    other = web.app.test_client()
    assert "was not accepted" in sign_in(other, ask(other, authenticator), clock).text


def test_trying_passkeys_is_slowed_down(web, lea):
    browser = web.app.test_client()
    token = csrf_token(browser, "/account/sign-in")
    fields = {"csrf_token": token, "answer": "{}"}
    statuses = [browser.post("/account/sign-in/passkey", data=fields).status_code for _time in range(21)]
    assert statuses == [422] * 20 + [429]
