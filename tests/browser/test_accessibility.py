"""Every page and state is usable by keyboard and screen reader, as far as axe can tell; and axe can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conftest import Launch
from server import Server

AXE = Path(__file__).parents[2] / "webui" / "frontend" / "build" / "axe.min.js"

LOOKS = pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)], ids=["light", "dark", "phone"]
)


def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@LOOKS
@pytest.mark.parametrize("path", ["/", "/join", "/join/nowhere.at-all", "/no-such-page"])
def test_pages(server: Server, person: Launch, path: str, scheme: str, width: int) -> None:
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True).open(server.url + path)
    assert violations(lea.page) == []


@LOOKS
def test_room(server: Server, meeting: str, person: Launch, scheme: str, width: int) -> None:
    lea = person("Léa", width=width, color_scheme=scheme, bypass_csp=True)
    sam = person("Sam")
    lea.open(server.link("Léa", "presenter", meeting))
    expect(lea.page.get_by_label("Your name")).to_be_visible()
    assert violations(lea.page) == [], "pre-join"
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    expect(lea.page.locator("pal-tile")).to_have_count(2)
    assert violations(lea.page) == [], "room"
    lea.page.keyboard.press("p")
    assert violations(lea.page) == [], "people"
    lea.page.keyboard.press("c")
    assert violations(lea.page) == [], "chat"


def test_axe_finds_a_planted_fault(server: Server, person: Launch) -> None:
    lea = person("Léa", bypass_csp=True).open(server.url)
    lea.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<button></button><img src=\"/x.png\">')"
    )
    rules = {line.split(":")[0] for line in violations(lea.page)}
    assert {"button-name", "image-alt"} <= rules
