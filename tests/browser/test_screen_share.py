"""The screen arrives at the others, one at a time."""

from __future__ import annotations

from playwright.sync_api import expect

from conftest import Launch
from person import READ_COLOUR
from server import Server


def test_a_presenter_s_screen_is_shown_large_to_everybody(
    server: Server, meeting: str, person: Launch
) -> None:
    lea, sam = person("Léa"), person("Sam")
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    lea.page.get_by_role("button", name="Share screen").click()
    stage = sam.page.locator("video.pal-stage-video")
    expect(stage).to_be_visible(timeout=10_000)
    sam.until("() => document.querySelector('video.pal-stage-video').videoWidth > 0")
    assert stage.evaluate(READ_COLOUR) is not None
    tile = sam.tile("Léa").bounding_box()
    large = stage.bounding_box()
    assert large is not None
    assert tile is not None
    assert large["width"] > 2 * tile["width"]
    lea.page.get_by_role("button", name="Stop sharing").click()
    expect(stage).to_have_count(0)


def test_a_guest_cannot_share_without_the_right(server: Server, meeting: str, person: Launch) -> None:
    lea, sam = person("Léa"), person("Sam")
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    expect(sam.page.get_by_role("button", name="Share screen")).to_be_disabled()


def test_the_screen_changes_hands_politely(server: Server, meeting: str, person: Launch) -> None:
    lea, noor = person("Léa"), person("Noor")
    lea.join(server.link("Léa", "presenter", meeting))
    noor.join(server.link("Noor", "presenter", meeting))
    lea.page.get_by_role("button", name="Share screen").click()
    expect(noor.page.locator("video.pal-stage-video")).to_be_visible(timeout=10_000)
    noor.page.get_by_role("button", name="Ask to show").click()
    lea.page.get_by_role("button", name="Give way").click()
    expect(noor.page.locator("video.pal-stage-video")).to_have_count(0)
    noor.page.get_by_role("button", name="Share screen").last.click()
    expect(lea.page.locator("video.pal-stage-video")).to_be_visible(timeout=10_000)
    expect(noor.page.get_by_role("button", name="Stop sharing")).to_be_visible()


def test_switched_off_nothing_of_it_is_seen(own_server: Server, person: Launch) -> None:
    own_server.command("plugins", "disable", "screen_share", "--tenant", "default")
    lea = person("Léa").join(own_server.link("Léa", "presenter"))
    expect(lea.page.get_by_role("button", name="Share screen")).to_have_count(0)
    assert "screen_share" not in lea.page.content()
    assert lea.page.request.get(f"{own_server.url}/plugins/screen_share/static/screen_share.js").status == 404
