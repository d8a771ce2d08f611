"""Firefox and Chromium in one meeting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

import network
from conftest import Launch
from firefox import TONE_HZ, FirefoxPerson
from network import more_than_loopback
from person import READ_COLOUR, Person
from server import Server

BLUE = (40, 70, 200)

#: how many frames of a participant's picture were shown, by id
FRAMES = """(id => document.querySelector(`pal-tile[data-place="${id}"] video`)
  ?.getVideoPlaybackQuality().totalVideoFrames ?? 0)"""


@dataclass(frozen=True)
class Two:
    """Léa in Chromium and Sam in Firefox, who are in one meeting."""

    lea: Person
    sam: FirefoxPerson


@pytest.fixture
def two(tmp_path: Path, person: Launch) -> Iterator[Two]:
    folder = tmp_path / "installation"
    folder.mkdir()
    with more_than_loopback(tmp_path) as chromium:
        server = Server(folder)
        try:
            meeting = server.plan()
            lea = person("Léa", colour=BLUE, tone_hz=440, executable=chromium)
            lea.join(server.link("Léa", "presenter", meeting))
            sam = FirefoxPerson("Sam", tmp_path)
            try:
                yield Two(lea, sam.join(server.link("Sam", "guest", meeting)))
            finally:
                sam.close()
        finally:
            server.stop()


def test_firefox_and_chromium_see_hear_and_read_each_other(two: Two) -> None:
    lea, sam = two.lea, two.sam
    sam.waits_for_colour("Léa", BLUE)
    assert sam.hears("Léa") == pytest.approx(440, abs=10)

    video = lea.tile("Sam").locator("video")
    expect(video).to_be_attached(timeout=15_000)
    lea.until(f"() => {FRAMES}('{lea.id_of('Sam')}') > 0")
    colour = video.evaluate(READ_COLOUR)
    assert max(colour) - min(colour) > 40, f"Firefox's picture has colours; {colour} has none"
    before = lea.page.evaluate(f"{FRAMES}('{lea.id_of('Sam')}')")
    lea.until(f"() => {FRAMES}('{lea.id_of('Sam')}') > {before} + 15")
    assert lea.hears("Sam") == pytest.approx(TONE_HZ, abs=10)

    sam.press("Chat")
    sam.write("Your message", "Hello from Firefox")
    lea.page.get_by_role("button", name="Chat").click()
    expect(lea.page.get_by_text("Hello from Firefox")).to_be_visible()
    lea.page.get_by_label("Your message").fill("Hello from Chromium")
    lea.page.keyboard.press("Enter")
    sam.until("() => document.body.innerText.includes('Hello from Chromium')")
    assert lea.errors == []


def test_what_firefox_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.fail.Exception, match="run 'sudo apt install firefox-esr', then try again"):
        network.program("a-browser-that-is-not-there", "firefox-esr")
    monkeypatch.setattr(network, "_unshare", lambda: False)
    monkeypatch.setattr(network, "local_addresses", lambda: ["127.0.0.1", "::1"])
    with (
        pytest.raises(pytest.fail.Exception, match="connect it to a network, or run the tests as root"),
        network.more_than_loopback(tmp_path),
    ):
        pass
