"""Trying one's equipment before any meeting, without an account."""

from __future__ import annotations

from playwright.sync_api import expect

from conftest import Launch
from server import Server
from test_accessibility import violations
from test_layout import fits

BLUE = (40, 70, 200)


def test_picture_sound_and_network_are_tried(server: Server, person: Launch) -> None:
    lea = person("Léa", colour=BLUE, tone_hz=440, bypass_csp=True).open(f"{server.url}/equipment")
    page = lea.page
    expect(page.get_by_text("We hear you.")).to_be_visible(timeout=10_000)
    expect(page.locator("pal-preview video")).to_be_visible()
    page.get_by_role("button", name="Play a sound").click()
    expect(page.get_by_role("button", name="Playing…")).to_be_visible()
    expect(page.get_by_text("Everything works: sound and pictures take the direct way.")).to_be_visible(
        timeout=15_000
    )
    fits(page)
    assert violations(page) == []
    assert lea.errors == []


def test_without_permission_it_says_what_to_do(server: Server, person: Launch) -> None:
    lea = person("Léa", devices=False, width=360, bypass_csp=True).open(f"{server.url}/equipment")
    expect(lea.page.get_by_text("No camera and no microphone were found.")).to_be_visible()
    expect(lea.page.get_by_label("Microphone", exact=True)).to_be_disabled()
    fits(lea.page)
    assert violations(lea.page) == []


def test_a_blocked_network_gets_a_sentence_for_its_administrator(server: Server, person: Launch) -> None:
    lea = person("Léa", colour=BLUE, tone_hz=440)
    lea.page.add_init_script(
        "RTCPeerConnection.prototype.setRemoteDescription = function (answer) {"
        "  const dead = answer.sdp.replace(/a=candidate:.*\\r\\n/g, '');"
        "  return Object.getPrototypeOf(this).palabreReal.call(this, {type: answer.type, sdp: dead}) };".replace(
            "Object.getPrototypeOf(this).palabreReal", "real"
        ).join(["{ const real = RTCPeerConnection.prototype.setRemoteDescription;", "}"])
    )
    lea.open(f"{server.url}/equipment")
    words = lea.page.get_by_label("For the administrator of your network")
    expect(words).to_be_visible(timeout=20_000)
    said = words.input_value()
    port = server.environment["PALABRE_MEDIA__UDP_PORT"]
    assert f"UDP port {port} to" in said
    assert f"TCP port {server.port} to 127.0.0.1" in said
    assert "At present UDP packets do not get through." in said


def test_the_help_about_microphones_lets_one_try_it(server: Server, person: Launch) -> None:
    lea = person("Léa", colour=BLUE, tone_hz=440, bypass_csp=True)
    page = lea.open(f"{server.url}/help#microphone-settings").page
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_text("We hear you.")).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Microphone", exact=True)).to_be_enabled()
    fits(page)
    assert violations(page) == []
    assert lea.errors == []
