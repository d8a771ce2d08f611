"""The tutorial's plugin in real browsers: a poll from the question to the result."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))

from server import Server
from tutorial_plugin import make_tutorial

pytestmark = pytest.mark.browser


@pytest.fixture
def server_with_polls(tmp_path):
    folder = tmp_path / "installation"
    folder.mkdir()
    running = Server(folder, PYTHONPATH=str(make_tutorial(tmp_path).site))
    yield running
    running.stop()


def open_panel(someone, label="Poll"):
    someone.page.get_by_role("button", name=label, exact=True).click()
    return someone.page


def test_a_poll_from_the_question_to_the_result(server_with_polls, person):
    lea = person("Léa").join(server_with_polls.link("Léa", "presenter"))
    sam = person("Sam").join(server_with_polls.link("Sam"))
    presenter, guest = open_panel(lea), open_panel(sam)
    expect(guest.get_by_text("No poll is open.")).to_be_visible()

    presenter.get_by_label("Question").fill("Lunch?")
    presenter.get_by_label("Choices, one a line").fill("Soup\nSalad")
    presenter.get_by_role("button", name="Ask").click()
    guest.get_by_role("button", name="Salad (0)").click()
    for page in (presenter, guest):
        expect(page.get_by_role("heading", name="Lunch?")).to_be_visible()
        expect(page.get_by_role("button", name="Salad (1)")).to_be_visible()
    expect(guest.get_by_role("button", name="Salad (1)")).to_have_attribute("aria-pressed", "true")

    late = open_panel(person("Ana").join(server_with_polls.link("Ana")))
    expect(late.get_by_role("button", name="Salad (1)")).to_be_visible()

    presenter.get_by_role("button", name="Close the poll").click()
    expect(guest.get_by_role("button", name="Salad (1)")).to_be_disabled()
    assert lea.errors == sam.errors == []


def test_it_speaks_french(server_with_polls, person):
    lea = person("Léa")
    lea.open(f"{server_with_polls.url}/language/fr").open(server_with_polls.link("Léa"))
    lea.page.get_by_label("Votre nom").fill("Léa")
    lea.page.get_by_role("button", name="Rejoindre", exact=True).click()
    expect(open_panel(lea, "Sondage").get_by_label("Choix, un par ligne")).to_be_visible()


def test_switched_off_nothing_of_it_is_seen(server_with_polls, person):
    server_with_polls.command("plugins", "disable", "poll")
    lea = person("Léa").join(server_with_polls.link("Léa", "presenter"))
    assert "/plugins/poll/" not in lea.page.content()
    expect(lea.page.get_by_role("button", name="Poll", exact=True)).to_have_count(0)
