"""The pages of accounts, as a browser without a script sees them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from palabre.accounts import create_account
from palabre.model import Account, Mail
from palabre.tenants import tenant_scope
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of, csrf_token, make_account

NEW = "another four words"


@pytest.fixture
def web(application, tenant):
    return create_web(application)


@pytest.fixture
def browser(web):
    return web.app.test_client()


@pytest.fixture
def lea(application, tenant):
    return make_account(application, email="lea@example.org", name="Léa Martin")


def send(client, path, *, form=None, **fields):
    """Fill in the form of a page and send it; ``form`` is the page where it stands."""
    return client.post(path, data={"csrf_token": csrf_token(client, form or path), **fields})


def plain(page, email):
    """A page without what differs each time: the typed address, nonces and tokens."""
    return re.sub(r'(nonce|value)="[^"]*"', "", page).replace(email, "")


def last_path(application):
    with application.db.reading() as session:
        return session.scalars(select(Mail).order_by(Mail.id.desc())).first().data["path"]


def test_signing_up_confirming_and_being_signed_in(application, browser):
    answer = send(browser, "/account/sign-up", email="sam@example.org", name="Sam", time_zone="Europe/Paris")
    assert answer.headers["Location"] == "/account/sign-up/mailed"
    assert "sam@example.org" in browser.get("/account/sign-up/mailed").text
    path = last_path(application)
    assert "Choose a password" in browser.get(path).text
    assert "at least 10 characters" in send(browser, path, password="short").text
    assert send(browser, path, password=PASSWORD).headers["Location"] == "/meetings"
    page = browser.get("/account").text
    assert 'value="Sam"' in page
    assert '<option value="Europe/Paris" selected>' in page
    assert browser.get(path).status_code == 410


def test_the_answer_to_a_known_address_is_that_to_an_unknown_one(web, lea):
    answers = []
    for email in (lea.email, "new@example.org"):
        browser = web.app.test_client()
        answer = send(browser, "/account/sign-up", email=email, name="X")
        page = plain(browser.get(answer.headers["Location"]).text, email)
        answers.append((answer.status_code, answer.headers["Location"], page))
    assert answers[0] == answers[1]


def test_the_answer_about_a_forgotten_password_is_the_same_for_everybody(web, lea):
    pages = []
    for email in (lea.email, "new@example.org"):
        answer = send(web.app.test_client(), "/account/forgotten", email=email)
        pages.append((answer.status_code, plain(answer.text, email)))
    assert pages[0] == pages[1]


def test_a_wrong_password_and_an_unknown_address_get_one_answer(browser, lea):
    pages = set()
    for email in (lea.email, "nobody@example.org"):
        answer = send(browser, "/account/sign-in", email=email, password="wrong")
        assert answer.status_code == 422
        pages.add(plain(answer.text, email))
    assert len(pages) == 1


def test_nobody_signs_in_before_the_address_is_confirmed(application, clock, tenant, browser):
    with tenant_scope(tenant), application.db.transaction() as session:
        account = create_account(
            session,
            email="a@example.org",
            name="A",
            password_hash=None,
            tenant_id=tenant.id,
            now=application.clock.now(),
        )
        account.confirmed_at = None
    answer = send(browser, "/account/sign-in", email="a@example.org", password=PASSWORD)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_signing_in_leads_to_no_other_site(browser, lea, elsewhere):
    answer = send(browser, "/account/sign-in", email=lea.email, password=PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_a_page_that_needs_an_account_comes_after_signing_in(browser, lea):
    answer = browser.get("/account?x=1")
    assert answer.headers["Location"] == "/account/sign-in?next=%2Faccount%3Fx%3D1"
    form = answer.headers["Location"]
    token = csrf_token(browser, form)
    after = re.search(r'name="next" value="([^"]*)"', browser.get(form).text)[1]
    fields = {"csrf_token": token, "email": lea.email, "password": PASSWORD, "next": after}
    assert browser.post("/account/sign-in", data=fields).headers["Location"] == "/account?x=1"


def test_a_script_that_is_not_signed_in_is_told_so(browser):
    assert browser.get("/account", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401
    assert (
        browser.post(
            "/account/settings", data={"csrf_token": csrf_token(browser, "/account/sign-in")}
        ).status_code
        == 401
    )


def test_a_form_without_its_token_does_nothing(web, lea):
    client = client_of(web, lea)
    assert client.post("/account/settings", data={"name": "Mallory"}).status_code == 400
    assert client.post("/account/sign-out").status_code == 400
    assert "Mallory" not in client.get("/account").text


def test_signing_out_ends_the_session_on_the_server_too(web, lea):
    client = client_of(web, lea)
    stolen = client.get_cookie("palabre_session").value
    send(client, "/account/sign-out", form="/account")
    thief = web.app.test_client()
    thief.set_cookie("palabre_session", stolen)
    assert thief.get("/account").status_code == 303


def test_name_language_and_zone_are_kept_and_the_pages_speak_the_language(web, lea):
    client = client_of(web, lea)
    fields = {"name": "Léa M.", "language": "fr", "time_zone": "America/New_York"}
    send(client, "/account/settings", form="/account", **fields)
    page = client.get("/account").text
    assert "Mon compte" in page
    assert "Léa M." in page
    assert '<option value="America/New_York" selected>' in page
    answer = send(client, "/account/settings", form="/account", **{**fields, "time_zone": "Mars/Base"})
    assert answer.status_code == 422
    assert 'href="#time_zone"' in answer.text


def test_changing_the_password_signs_other_browsers_out_and_not_this_one(web, lea):
    here, there = client_of(web, lea), client_of(web, lea)
    answer = send(here, "/account/password", form="/account", old_password="wrong", new_password=NEW)
    assert answer.status_code == 422
    send(here, "/account/password", form="/account", old_password=PASSWORD, new_password=NEW)
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_resetting_the_password_signs_every_browser_out(application, web, browser, lea):
    client = client_of(web, lea)
    send(browser, "/account/forgotten", email=lea.email)
    path = last_path(application)
    assert send(browser, path, password=NEW).headers["Location"] == "/account/sign-in"
    assert client.get("/account").status_code == 303
    assert send(browser, "/account/sign-in", email=lea.email, password=NEW).status_code == 303
    assert browser.get(path).status_code == 410


def test_changing_the_address_needs_the_password_and_the_link(application, web, lea):
    client = client_of(web, lea)
    fields = {"email": "new@example.org", "email_password": "wrong"}
    assert send(client, "/account/email", form="/account", **fields).status_code == 422
    send(client, "/account/email", form="/account", **{**fields, "email_password": PASSWORD})
    path = last_path(application)
    page = client.get(f"{path}?email=new@example.org")
    assert "new@example.org" in page.text
    token = csrf_token(client, f"{path}?email=new@example.org")
    assert client.post(path, data={"csrf_token": token, "email": "other@example.org"}).status_code == 410
    client.post(path, data={"csrf_token": token, "email": "new@example.org"})
    assert "You sign in with new@example.org." in client.get("/account").text


def test_the_second_step_is_asked_for(application, clock, web, browser, lea):
    from base64 import b32decode

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    client = client_of(web, lea)
    secret = re.search(r'class="key">([A-Z2-7]+)<', client.get("/account/second-factor").text)[1]

    def code():
        return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(clock.now().timestamp())).decode()

    assert send(client, "/account/second-factor", code="000000").status_code == 422
    kept = re.findall(
        r"<li><code>([0-9a-f-]+)</code>", send(client, "/account/second-factor", code=code()).text
    )
    assert len(kept) == 10
    answer = send(browser, "/account/sign-in", email=lea.email, password=PASSWORD)
    assert answer.headers["Location"] == "/account/sign-in/code"
    assert browser.get("/account").status_code == 303
    assert send(browser, "/account/sign-in/code", code="000000").status_code == 422
    assert send(browser, "/account/sign-in/code", code=code()).status_code == 422
    clock.advance(seconds=30)
    assert send(browser, "/account/sign-in/code", code=code()).headers["Location"] == "/meetings"
    assert browser.get("/account").status_code == 200
    other = web.app.test_client()
    send(other, "/account/sign-in", email=lea.email, password=PASSWORD)
    clock.advance(minutes=6)
    assert other.get("/account/sign-in/code").headers["Location"] == "/account/sign-in"


def test_the_code_is_not_asked_of_somebody_who_gave_no_password(browser):
    assert browser.get("/account/sign-in/code").headers["Location"] == "/account/sign-in"


def test_browsers_are_listed_and_can_be_signed_out(web, lea):
    here, there = client_of(web, lea), client_of(web, lea)
    page = here.get("/account").text
    path = re.search(r'action="(/account/sessions/\w+/end)"', page)[1]
    send(here, path, form="/account")
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_another_persons_browser_cannot_be_signed_out(application, web, lea):
    sam = client_of(web, make_account(application, email="sam@example.org", name="Sam"))
    client_of(web, lea)
    here = client_of(web, lea)
    path = re.search(r'action="(/account/sessions/\w+/end)"', here.get("/account").text)[1]
    send(sam, path, form="/account")
    assert path in here.get("/account").text


def test_the_export_is_a_file(web, lea):
    answer = client_of(web, lea).get("/account/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.json["account"]["email"] == lea.email


def test_closing_needs_the_password_and_leaves_nothing(application, web, lea):
    client = client_of(web, lea)
    assert send(client, "/account/close", password="wrong").status_code == 422
    assert send(client, "/account/close", password=PASSWORD).headers["Location"] == "/"
    with application.db.reading() as session:
        assert session.get(Account, lea.id) is None
    assert client.get("/account").status_code == 303


def test_guessing_at_one_account_is_slowed_down(web, lea):
    browser = web.app.test_client()
    token = csrf_token(browser, "/account/sign-in")
    fields = {"csrf_token": token, "email": lea.email, "password": "x"}
    statuses = [
        browser.post(
            "/account/sign-in", data=fields, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}
        ).status_code
        for n in range(31)
    ]
    assert statuses == [422] * 30 + [429]


def statuses_from_everywhere(client, path, fields, times):
    token = csrf_token(client, "/account/sign-in/code" if path.endswith("/code") else "/account")
    return [
        client.post(
            path, data={"csrf_token": token, **fields}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}
        ).status_code
        for n in range(times)
    ]


def test_guessing_at_one_second_factor_is_slowed_down_wherever_it_comes_from(application, web, lea):
    with application.db.transaction() as session:
        session.get_one(Account, lea.id).second_factor = "authenticator"
    browser = web.app.test_client()
    send(browser, "/account/sign-in", email=lea.email, password=PASSWORD)
    statuses = statuses_from_everywhere(browser, "/account/sign-in/code", {"code": "000000"}, 31)
    assert statuses == [422] * 30 + [429]
    signed_in_as_another = client_of(web, make_account(application, email="sam@example.org"))
    fields = {"email": lea.email, "password": PASSWORD}
    fields["csrf_token"] = csrf_token(signed_in_as_another, "/account")
    assert signed_in_as_another.post("/account/sign-in", data=fields).status_code == 303
    statuses = statuses_from_everywhere(signed_in_as_another, "/account/sign-in/code", {"code": "000000"}, 1)
    assert statuses == [429]


@pytest.mark.parametrize("path", ["/account/close", "/account/email", "/account/second-factor/off"])
def test_guessing_at_the_password_behind_a_session_is_slowed_down(web, lea, path):
    client = client_of(web, lea)
    token = csrf_token(client, "/account")
    statuses = [client.post(path, data={"csrf_token": token, "password": "x"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_the_pages_that_ask_for_the_password_count_together(web, lea):
    client = client_of(web, lea)
    assert statuses_from_everywhere(client, "/account/close", {"password": "x"}, 20) == [422] * 20
    assert statuses_from_everywhere(client, "/account/email", {"email_password": "x"}, 11) == [422] * 10 + [
        429
    ]
