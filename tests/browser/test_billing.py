"""Credits where people see them: beside the planning form, at the door, on their page, and in the room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from conftest import Launch
from palabre.model import Meeting
from palabre.tenants import tenant_scope
from palabre.toolkit import in_room
from server import Server
from test_accessibility import violations
from test_layout import fits

LOOKS = [("light", 1280, "en"), ("dark", 768, "fr"), ("light", 360, "fr"), ("dark", 360, "en")]


@pytest.fixture
def shop(own_server: Server) -> Server:
    """An installation that sells its meetings."""
    own_server.command("plugins", "enable", "billing", "--tenant", "default")
    return own_server


def plan(page: Page, server: Server) -> str:
    """Plan a meeting of class M; its address."""
    page.goto(f"{server.url}/meetings/plan")
    page.locator("#name").fill("Budget review")
    page.locator("input[name=room_class][value=M]").check()
    page.locator("#duration_min").select_option("90")
    return page.url


def test_a_meeting_that_cannot_be_paid_does_not_start_until_there_are_credits(
    shop: Server, person: Launch
) -> None:
    lea = person("Léa")
    email = shop.sign_in(lea.page)
    page = lea.page
    plan(page, shop)
    expect(page.locator("#summary")).to_contain_text("Expected duration")
    expect(page.locator("#summary")).to_contain_text("4 credits")
    page.locator("button[type=submit].pal-button--wide").click()
    page.wait_for_selector("[data-now]")
    address = page.url
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("2 credits are missing")).to_be_visible()
    expect(page.get_by_role("link", name="/plugins/billing/buy?needed=2")).to_be_visible()

    shop.command("billing", "give", email, "10", "--reason", "to begin with")
    page.goto(address)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("[data-state=live]")
    page.get_by_role("link", name="2 credits for 1 started hour").click()
    expect(page.get_by_text("You have 8 credits.")).to_be_visible()


def test_presenters_are_told_in_the_room_that_credits_run_out_and_guests_are_not(
    shop: Server, person: Launch
) -> None:
    lea, sam = person("Léa"), person("Sam")
    email = shop.sign_in(lea.page)
    shop.command("billing", "give", email, "2", "--reason", "to begin with")
    plan(lea.page, shop)
    lea.page.locator("button[type=submit].pal-button--wide").click()
    lea.page.wait_for_selector("[data-now]")
    meeting = lea.page.url.rpartition("/")[2]
    lea.page.get_by_role("button", name="Start", exact=True).click()
    lea.page.wait_for_selector("[data-state=live]")
    lea.join(f"{shop.url}/meetings/{meeting}/enter")
    sam.join(shop.link("Sam", meeting=meeting))
    lea.page.get_by_role("button", name="People 2").first.click()
    hour = lea.page.get_by_role("region", name="Credits")
    expect(hour).to_contain_text("minutes of this hour are left")
    expect(hour).to_contain_text("The organiser has 0 credits. The next one costs 2 credits.")
    shop.command("billing", "give", email, "5", "--reason", "while they talk")
    expect(hour).to_contain_text("The organiser has 5 credits.")
    sam.page.get_by_role("button", name="People 2").first.click()
    expect(sam.page.get_by_role("heading", name="Guests")).to_be_visible()
    expect(sam.page.get_by_role("region", name="Credits")).to_have_count(0)
    with shop.application() as application:
        with application.db.reading() as session:
            row = session.query(Meeting).where(Meeting.public_id == meeting).one()
        with tenant_scope(None), in_room(application, row.id, plugin="billing") as room:
            room.append("billing.running_out", {"minutes": 5, "missing": 2}, audience="presenters")
    expect(lea.page.get_by_text("for 5 more minutes")).to_be_visible()
    expect(lea.page.get_by_role("button", name="Buy credits")).to_be_visible()
    assert violations(lea.page) == []
    # what is written after it has arrived, and it has not
    lea.page.get_by_role("button", name="Chat", exact=True).click()
    lea.page.get_by_role("textbox").last.fill("Shall we go on?")
    lea.page.keyboard.press("Enter")
    sam.page.get_by_role("button", name="Chat").first.click()
    expect(sam.page.get_by_text("Shall we go on?").first).to_be_visible()
    expect(sam.page.get_by_text("more minutes")).to_have_count(0)


def test_the_pages_fit_and_are_accessible(shop: Server, person: Launch) -> None:
    for scheme, width, language in LOOKS:
        lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
        email = shop.sign_in(lea.page, language=language)
        for has_credits in (False, True):
            if has_credits:
                shop.command("billing", "give", email, "10", "--reason", "to begin with " * 5)
            lea.page.goto(f"{shop.url}/plugins/billing/")
            fits(lea.page)
            assert violations(lea.page) == []
        plan(lea.page, shop)
        expect(lea.page.locator("#summary .prices")).to_be_visible()
        fits(lea.page)
        assert violations(lea.page) == []
