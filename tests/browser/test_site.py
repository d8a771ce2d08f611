"""The organiser's pages: each is usable by keyboard and screen reader as far as axe can tell, and fits its window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from conftest import Launch
from person import Person
from server import Server
from test_accessibility import violations
from test_layout import fits

LOOKS = pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [("light", 1280, "en"), ("dark", 768, "fr"), ("light", 360, "fr"), ("dark", 360, "en")],
    ids=["light", "dark", "telephone", "dark telephone"],
)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2


def check(one: Person, path: str) -> Page:
    """Open a page and look at it."""
    one.page.goto(path)
    fits(one.page)
    assert violations(one.page) == [], path
    return one.page


@LOOKS
def test_pages_of_accounts(server: Server, person: Launch, scheme: str, width: int, language: str) -> None:
    guest = person("Sam", width=width, color_scheme=scheme, bypass_csp=True)
    guest.open(f"{server.url}/language/{language}")
    for path in ("sign-in", "sign-up", "sign-up/mailed", "forgotten", "confirm/nothing"):
        check(guest, f"{server.url}/account/{path}")
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
    server.sign_in(lea.page, language=language)
    for path in ("", "/second-factor", "/close"):
        check(lea, f"{server.url}/account{path}")
    lea.page.goto(f"{server.url}/account")
    lea.page.get_by_role("button", name="Léa Martin").click()
    expect(lea.page.locator("#account-menu")).to_be_visible()
    assert violations(lea.page) == []


@LOOKS
def test_pages_of_meetings(server: Server, person: Launch, scheme: str, width: int, language: str) -> None:
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
    server.sign_in(lea.page, language=language)
    for path in ("", "?view=live", "?view=past", "?q=nothing"):
        check(lea, f"{server.url}/meetings{path}")
    page = check(lea, f"{server.url}/meetings/plan")
    page.locator("button[type=submit].pal-button--wide").click()  # without a name
    page.locator("#name").evaluate("one => { one.required = false }")
    page.locator("button[type=submit].pal-button--wide").click()
    expect(page.locator("#problems")).to_be_focused()
    fits(page)
    assert violations(page) == []
    page.locator("#name").fill(LONG)
    page.locator("#repeat").select_option("weekly")
    page.locator("#people-entry").fill("Kim Lee <kim@example.org>, nothing, x" + "y" * 60 + "@example.org")
    page.locator("#people-entry").press("Enter")
    expect(page.locator(".people-list li")).to_have_count(2)
    expect(page.locator(".people-editor .field-problem")).to_have_count(1)
    page.locator(".people-list [aria-expanded]").first.click()
    page.locator(".people-list .details select").first.select_option("America/New_York")
    expect(page.locator(".people-list li").first).to_contain_text("New York")
    expect(page.locator("#summary")).to_contain_text("New York")
    fits(page)
    assert violations(page) == []
    page.locator("#people-entry").fill("")
    page.locator("#start").fill("2027-03-28T02:30")
    page.locator("#zone").select_option("Europe/Paris")
    page.locator("#is_public").check()
    page.locator("button[type=submit].pal-button--wide").click()
    page.wait_for_selector("[data-now]")
    address = page.url
    for path in ("", "/edit", "/copy", "/people/add", "/cancel"):
        check(lea, address + path)
    page.goto(address)
    check(lea, page.locator(".plain-rows a").first.evaluate("one => one.href"))
    page.goto(f"{server.url}/meetings")
    page.locator("[popovertarget^=menu-]").first.click()
    expect(page.locator(".pal-menu.near:popover-open")).to_be_visible()
    assert violations(page) == []
    page.goto(address)
    page.locator("[data-now] form button").click()
    page.wait_for_selector("[data-state=live]")
    fits(page)
    assert violations(page) == []
    check(lea, f"{address}/attendance")
    page.goto(address)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-now] form button").click()
    page.wait_for_selector("[data-state=planned]")
    page.goto(f"{address}/cancel")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/meetings")
    check(lea, address)


@LOOKS
def test_pages_of_contacts_and_help(
    server: Server, person: Launch, scheme: str, width: int, language: str
) -> None:
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
    server.sign_in(lea.page, language=language)
    page = check(lea, f"{server.url}/contacts")
    for name in ("Kim Lee", LONG):
        page.goto(f"{server.url}/contacts/add")
        page.locator("#name").fill(name)
        page.locator("#email").fill(f"{len(name)}@example.org")
        page.locator("#labels").fill("board, Lyon")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/contacts")
    for path in ("", "?q=nobody", "?label=Lyon", "/add", "/import"):
        check(lea, f"{server.url}/contacts{path}")
    page.goto(f"{server.url}/contacts/import")
    page.locator("#text").fill("name,email\nAna,ana@example.org\nBad,nowhere")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".table")).to_contain_text("Ana")
    fits(page)
    assert violations(page) == []
    page.goto(f"{server.url}/contacts")
    page.locator("#q").fill("kim")
    expect(page.locator(".contact-row")).to_have_count(1)
    page.locator(".contact-row form button").click()
    expect(page.locator(".undo")).to_be_visible()
    assert violations(page) == []
    page.locator(".undo button").click()
    expect(page.locator(".contact-row")).to_have_count(2)
    for path in ("/help", "/help#raise-hand", "/"):
        check(lea, server.url + path)
    page.goto(f"{server.url}/help")
    page.locator("#q").fill("MICRO")
    expect(page.locator("details[open] mark").first).to_be_visible()
    assert page.locator("details.question:not([hidden])").count() < page.locator("details.question").count()
    fits(page)
    assert violations(page) == []
    page.locator("#q").fill("xylophone")
    expect(page.locator("details.question:not([hidden])")).to_have_count(0)
