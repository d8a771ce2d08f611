"""Every page fits its window: nothing to scroll sideways, from a phone to a desktop, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from conftest import Launch
from server import Server

LONG_NAME = "Maximiliane-Alexandrine de La Rochefoucauld-Montmorency"
WIDTHS = pytest.mark.parametrize("width", [360, 768, 1280])

#: Elements that stick out of the window sideways, in words.
STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(element => {
    const box = element.getBoundingClientRect()
    return box.width > 0 && getComputedStyle(element).visibility === 'visible'
      && element.closest('dialog:not([open])') === null && (box.right > innerWidth + 1 || box.left < -1)
  })
  .map(element => `${element.tagName} ${element.className}`)
"""


def fits(page: Page) -> None:
    """Nothing of the page can be scrolled into view sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(STICKING_OUT)


@WIDTHS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_fit(server: Server, person: Launch, width: int, language: str) -> None:
    lea = person("Léa", width=width)
    for path in ("/", "/join", "/join/nowhere.at-all", "/no-such-page"):
        lea.open(f"{server.url}/language/{language}?next={path}")
        assert lea.page.locator("html").get_attribute("lang") == language
        fits(lea.page)


@WIDTHS
def test_the_room_fits(server: Server, meeting: str, person: Launch, width: int) -> None:
    lea, sam = person("Léa", width=width, height=720), person(LONG_NAME)
    sam.join(server.link(LONG_NAME, "guest", meeting))
    lea.open(server.link("Léa", "presenter", meeting))
    expect(lea.page.get_by_role("button", name="Join", exact=True)).to_be_visible()
    fits(lea.page)
    lea.join(server.link("Léa", "presenter", meeting))
    expect(lea.page.locator("pal-tile")).to_have_count(2)
    fits(lea.page)
    for key in "pc":
        lea.page.keyboard.press(key)
        fits(lea.page)
