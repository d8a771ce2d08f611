"""The planning form with its script: nobody who was named is forgotten, and each problem is within reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from conftest import Launch
from server import Server

TABLE = "Nom;E-mail;Rôle\nAmélie Noël;amelie@example.org;animatrice\n"


@pytest.fixture
def page(server: Server, person: Launch) -> Page:
    """A new planning form that lacks nothing but guests."""
    lea = person("Léa")
    server.sign_in(lea.page)
    lea.page.goto(f"{server.url}/meetings/plan")
    lea.page.locator("#name").fill("Budget review")
    return lea.page


def add(page: Page, who: str, *, makes: int) -> None:
    """Put somebody on the list; it is as long as ``makes`` then."""
    page.locator("#people-entry").fill(who)
    page.locator("#people-entry").press("Enter")
    expect(page.locator(".people-list li")).to_have_count(makes)


def plan(page: Page) -> None:
    page.locator("button[type=submit].pal-button--wide").click()


def test_who_was_typed_last_is_invited_without_being_added_first(page: Page) -> None:
    add(page, "Kim Lee <kim@example.org>; sam@example.org, presenter", makes=2)
    page.locator("#people-entry").fill("Lou <lou@example.org>, ali@example.org")
    plan(page)
    page.wait_for_selector("[data-now]")
    expect(page.locator("#guests-title")).to_have_text("4 people invited")


def test_what_was_typed_last_and_cannot_be_read_is_corrected_where_the_problem_leads(page: Page) -> None:
    add(page, "Kim Lee <kim@example.org>; sam@example.org", makes=2)
    page.locator("#people-entry").fill("lou@")
    plan(page)
    page.wait_for_selector("#problems")
    expect(page.locator(".people-list li")).to_have_count(2)
    page.locator("#problems a").click()
    entry = page.locator("#people-entry")
    expect(entry).to_be_focused()
    expect(entry).to_have_value("lou@")
    entry.fill("lou@example.org")
    plan(page)
    page.wait_for_selector("[data-now]")
    expect(page.locator("#guests-title")).to_have_text("3 people invited")


def test_a_file_that_could_not_be_read_at_once_is_sent_with_the_form(page: Page) -> None:
    add(page, "Kim Lee <kim@example.org>", makes=1)
    page.route("**/meetings/guests/read", lambda route: route.abort())
    page.locator("#guests_file").set_input_files(
        {"name": "guests.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp1252")}
    )
    expect(page.locator(".people-editor .field-problem")).to_have_count(1)
    plan(page)
    page.wait_for_selector("[data-now]")
    expect(page.locator("#guests-title")).to_have_text("2 people invited")
    expect(page.get_by_text("Amélie Noël").first).to_be_visible()
