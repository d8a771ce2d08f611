"""Passkeys with Chromium's virtual authenticator (W3C Web Authentication, section 11), on a site that has a name."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from conftest import Launch
from palabre_webui.testing.accounts import PASSWORD
from server import Server
from test_accessibility import violations
from test_layout import fits

#: Where the browser has neither the functions that read options as JSON, nor the one that writes the answer.
OLDER_BROWSER = """
delete PublicKeyCredential.parseCreationOptionsFromJSON
delete PublicKeyCredential.parseRequestOptionsFromJSON
delete PublicKeyCredential.prototype.toJSON
"""


@pytest.fixture
def named(server: Server) -> str:
    """The address of the installation by name: passkeys know no numbers."""
    return server.url.replace("127.0.0.1", "localhost")


def give_authenticator(page: Page, **wrong: Any) -> tuple[CDPSession, str]:
    """Build an authenticator into a browser; its owner is there and has the right finger, unless said otherwise."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **wrong,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def add_passkey(page: Page, named: str, *, name: str = "My telephone", password: str = PASSWORD) -> None:
    page.goto(f"{named}/account")
    page.get_by_text("Add a passkey").first.click()
    page.get_by_label("Name of the passkey").fill(name)
    page.locator("#passkey_password").fill(password)
    page.get_by_role("button", name="Add a passkey").click()


def sign_out(page: Page, named: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{named}/account/sign-in")


@pytest.mark.parametrize("older", [False, True], ids=["json", "by hand"])
def test_somebody_adds_a_passkey_signs_out_and_signs_in_with_it(
    server: Server, named: str, person: Launch, older: bool
) -> None:
    lea = person("Léa")
    if older:
        lea.page.add_init_script(OLDER_BROWSER)
    give_authenticator(lea.page)
    server.sign_in(lea.page, at=named)
    add_passkey(lea.page, named)
    expect(lea.page.get_by_text("You can sign in with the passkey My telephone from now on.")).to_be_visible()
    expect(lea.page.locator("#passkeys li")).to_contain_text("My telephone")
    sign_out(lea.page, named)
    lea.page.get_by_role("button", name="Sign in with a passkey").click()
    lea.page.wait_for_url("**/meetings")
    lea.page.goto(f"{named}/account")
    expect(lea.page.locator("#passkeys li")).to_contain_text("last used")
    assert lea.errors == []


def test_a_device_has_one_passkey_for_an_account(server: Server, named: str, person: Launch) -> None:
    lea = person("Léa")
    give_authenticator(lea.page)
    server.sign_in(lea.page, at=named)
    add_passkey(lea.page, named)
    expect(lea.page.locator("#passkeys li")).to_have_count(1)
    add_passkey(lea.page, named)
    said = lea.page.get_by_text("This device has a passkey for your account already.")
    expect(said).to_be_visible()


def test_a_wrong_password_and_a_wrong_finger_are_said_and_can_be_tried_again(
    server: Server, named: str, person: Launch
) -> None:
    lea = person("Léa")
    devtools, authenticator = give_authenticator(lea.page)
    server.sign_in(lea.page, at=named)
    add_passkey(lea.page, named, password="wrong")
    expect(lea.page.get_by_text("This is not your password.")).to_be_visible()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    add_passkey(lea.page, named)
    expect(lea.page.get_by_text("No passkey was made. You can try again.")).to_be_visible()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    lea.page.get_by_role("button", name="Add a passkey").click()
    expect(lea.page.locator("#passkeys li")).to_have_count(1)
    sign_out(lea.page, named)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    lea.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(lea.page.get_by_text("No passkey was used.")).to_be_visible()


def test_nothing_of_passkeys_is_shown_where_there_can_be_none(server: Server, person: Launch) -> None:
    lea = person("Léa")
    lea.open(f"{server.url}/account/sign-in")
    expect(lea.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(lea.page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    server.sign_in(lea.page)
    lea.open(f"{server.url}/account")
    expect(lea.page.get_by_text("A passkey can be added in a browser")).to_be_visible()
    expect(lea.page.locator("#add-passkey")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_pages_of_passkeys_fit_and_can_be_read_out(
    server: Server, named: str, person: Launch, scheme: str, width: int
) -> None:
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
    give_authenticator(lea.page)
    server.sign_in(lea.page, at=named)
    add_passkey(lea.page, named, name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" + "x" * 11)
    expect(lea.page.locator("#passkeys li")).to_have_count(1)
    lea.page.locator("#add-passkey summary").click()
    fits(lea.page)
    assert violations(lea.page) == []
    lea.page.locator("#passkeys li a").click()
    expect(lea.page.get_by_role("heading", name="Remove the passkey")).to_be_visible()
    fits(lea.page)
    assert violations(lea.page) == []
    sign_out(lea.page, named)
    expect(lea.page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    fits(lea.page)
    assert violations(lea.page) == []
