"""What breaks mends: a cut network, killed processes, lost packets."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest
from playwright.sync_api import expect

from conftest import Launch
from person import ROOM, Person
from server import Server

BLUE = (40, 70, 200)
GREEN = (32, 180, 64)


@pytest.fixture
def two(own_server: Server, person: Launch) -> tuple[Person, Person]:
    """Two people who see each other in an installation of their own."""
    lea = person("Léa", colour=BLUE, tone_hz=440)
    sam = person("Sam", colour=GREEN, tone_hz=660)
    meeting = own_server.plan()
    lea.join(own_server.link("Léa", "presenter", meeting))
    sam.join(own_server.link("Sam", "guest", meeting))
    lea.waits_for_colour("Sam", GREEN)
    sam.waits_for_colour("Léa", BLUE)
    return lea, sam


def service(server: Server, module: str) -> psutil.Process:
    """The process of an installation that runs a module."""
    processes = psutil.Process(server.process.pid).children(recursive=True)
    return next(process for process in processes if module in process.cmdline())


def writes(writer: Person, reader: Person, text: str, within_s: float) -> None:
    """One writes; the other reads it in time."""
    began = time.monotonic()
    writer.page.evaluate(f"text => void {ROOM}.act('chat_send', {{text, to: 'all'}})", text)
    reader.until(
        f"text => {ROOM}.state.slices.chat.messages.some(message => message.text === text)",
        text,
        timeout_s=within_s,
    )
    assert time.monotonic() - began < within_s


def test_a_killed_web_process_is_back_within_five_seconds(
    own_server: Server, two: tuple[Person, Person]
) -> None:
    lea, sam = two
    os.kill(service(own_server, "palabre_webui").pid, signal.SIGKILL)
    writes(sam, lea, "still here", within_s=5)
    for one in two:
        assert one.page.evaluate(f"{ROOM}.state.participants.map(one => one.name)") == ["Léa", "Sam"]
    lea.waits_for_colour("Sam", GREEN)


def test_the_media_comes_back_by_itself(own_server: Server, two: tuple[Person, Person]) -> None:
    lea, sam = two
    os.kill(service(own_server, "palabre.services.media").pid, signal.SIGKILL)
    expect(lea.page.get_by_text("interrupted")).to_be_visible(timeout=5_000)
    writes(sam, lea, "we can still write", within_s=5)
    lea.waits_for_colour("Sam", GREEN, timeout_s=20)
    assert lea.hears("Sam") == pytest.approx(660, abs=10)
    expect(lea.page.get_by_text("interrupted")).to_have_count(0, timeout=5_000)


def test_a_cut_network_is_said_and_mended(two: tuple[Person, Person]) -> None:
    lea, sam = two
    sam.context.set_offline(True)
    sam.page.evaluate(f"void {ROOM}.act('chat_send', {{text: 'from afar', to: 'all'}})")
    sam.until(f"{ROOM}.phase === 'reconnecting'")
    sam.context.set_offline(False)
    sam.until(f"{ROOM}.phase === 'in_room'")
    lea.until(
        f"{ROOM}.state.slices.chat.messages.filter(message => message.text === 'from afar').length === 1"
    )
    writes(lea, sam, "welcome back", within_s=5)
