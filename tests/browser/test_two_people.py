"""Two people meet in the demonstration meeting, in two browsers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from conftest import Launch
from person import ROOM, Person
from server import Server

BLUE = (40, 70, 200)
GREEN = (32, 180, 64)


@pytest.fixture
def lea(person: Launch) -> Person:
    return person("Léa", colour=BLUE, tone_hz=440)


@pytest.fixture
def sam(person: Launch) -> Person:
    return person("Sam", colour=GREEN, tone_hz=660)


def test_the_home_page_leads_to_the_demonstration_meeting(
    own_server: Server, lea: Person, sam: Person
) -> None:
    for one in (lea, sam):
        one.open(own_server.url)
        one.page.get_by_role("button", name="Try the demonstration meeting").click()
        one.page.get_by_label("Your name").fill(one.name)
        one.page.get_by_role("button", name="Join", exact=True).click()
        expect(one.page.get_by_role("button", name="Leave")).to_be_visible(timeout=15_000)
    lea.waits_for_colour("Sam", GREEN)
    sam.waits_for_colour("Léa", BLUE)
    role = f"{ROOM}.me.role"
    assert (lea.page.evaluate(role), sam.page.evaluate(role)) == ("presenter", "guest")


def test_they_see_and_hear_each_other(server: Server, meeting: str, lea: Person, sam: Person) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    lea.waits_for_colour("Sam", GREEN)
    sam.waits_for_colour("Léa", BLUE)
    assert lea.hears("Sam") == pytest.approx(660, abs=10)
    assert sam.hears("Léa") == pytest.approx(440, abs=10)


def test_what_one_writes_the_other_reads(server: Server, meeting: str, lea: Person, sam: Person) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    sam.page.keyboard.press("c")
    sam.page.get_by_label("Your message").fill("See https://example.org/ <b>now</b>")
    sam.page.keyboard.press("Enter")
    lea.page.get_by_role("button", name="Chat").click()
    expect(lea.page.get_by_role("link", name="https://example.org/")).to_have_attribute(
        "rel", "noopener noreferrer nofollow"
    )
    expect(lea.page.get_by_text("<b>now</b>")).to_be_visible()


def test_a_raised_hand_gets_the_floor(server: Server, meeting: str, lea: Person, sam: Person) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    sam.page.get_by_role("button", name="Raise hand").click()
    lea.page.get_by_role("button", name="People").click()
    lea.page.get_by_role("button", name="Give the floor").click()
    sam.until(f"{ROOM}.me.floor")


def test_a_muted_microphone_is_silent(server: Server, meeting: str, lea: Person, sam: Person) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    assert lea.hears("Sam") == pytest.approx(660, abs=10)
    sam.page.get_by_role("button", name="Mute").click()
    lea.until(
        f"""name => {ROOM}.state.participants.find(one => one.name === name)
             .tracks.find(track => track.source === 'microphone').muted""",
        "Sam",
    )
    lea.waits_for_silence("Sam")


def test_who_comes_late_gets_picture_and_chat(server: Server, meeting: str, lea: Person, sam: Person) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    lea.page.keyboard.press("c")
    lea.page.get_by_label("Your message").fill("Welcome")
    lea.page.keyboard.press("Enter")
    sam.join(server.link("Sam", "guest", meeting))
    sam.waits_for_colour("Léa", BLUE, timeout_s=5)
    sam.page.get_by_role("button", name="Chat").click()
    expect(sam.page.get_by_text("Welcome")).to_be_visible()


def test_leaving_and_a_closed_tab_show_within_ten_seconds(
    server: Server, meeting: str, lea: Person, sam: Person, person: Launch
) -> None:
    noor = person("Noor")
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    noor.join(server.link("Noor", "guest", meeting))
    expect(lea.page.locator("pal-tile")).to_have_count(3)
    sam.page.get_by_role("button", name="Leave").click()
    expect(lea.page.locator("pal-tile")).to_have_count(2, timeout=3_000)
    noor.page.close()
    expect(lea.page.locator("pal-tile")).to_have_count(1, timeout=10_000)


def test_the_cost_of_a_packet_is_exported_while_people_meet(
    server: Server, meeting: str, lea: Person, sam: Person
) -> None:
    lea.join(server.link("Léa", "presenter", meeting))
    sam.join(server.link("Sam", "guest", meeting))
    text: str = lea.until(
        """async url => {
          const text = await (await fetch(url)).text()
          return text.includes('palabre_media_packet_cpu_seconds{worker="0"}') && text
        }""",
        "/metrics",
    )
    (cost_s,) = re.findall(r'^palabre_media_packet_cpu_seconds\{worker="0"\} (\S+)$', text, re.MULTILINE)
    assert 1e-6 < float(cost_s) < 0.1


def test_nobody_needs_a_device_to_join(server: Server, meeting: str, lea: Person, person: Launch) -> None:
    bare = person("Noor", devices=False)
    lea.join(server.link("Léa", "presenter", meeting))
    bare.join(server.link("Noor", "guest", meeting))
    bare.waits_for_colour("Léa", BLUE)
    assert bare.hears("Léa") == pytest.approx(440, abs=10)
    expect(lea.tile("Noor")).to_be_visible()
