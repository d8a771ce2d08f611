"""Somebody in a real browser: a Chromium of their own, with a known picture and a known tone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from media_files import STANDARD, Colour, Size, alike, write_picture, write_tone

CHROMIUM = "/usr/bin/chromium"

#: The room's controller in a page.
ROOM = "document.querySelector('pal-room').room"

#: Flags for every Chromium: fake devices, no question, no traffic of its own, loopback candidates.
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
)

#: Reads the colour in the middle of a video's picture.
READ_COLOUR = """video => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 8
  const context = canvas.getContext('2d', {willReadFrequently: true})
  const {videoWidth: width, videoHeight: height} = video
  if (!width) return null
  context.drawImage(video, width * 0.7, height * 0.7, 8, 8, 0, 0, 8, 8)
  return [...context.getImageData(4, 4, 1, 1).data.slice(0, 3)]
}"""

#: Listens to a stream for up to two seconds and gives the loudest frequency in hertz, or null for silence.
READ_TONE = """async ([id, source]) => {
  const stream = document.querySelector('pal-room').room.media.stream(id, source)
  const context = new AudioContext({sampleRate: 48000})
  await context.resume()
  const analyser = context.createAnalyser()
  analyser.fftSize = 16384
  analyser.smoothingTimeConstant = 0
  context.createMediaStreamSource(stream).connect(analyser)
  const bins = new Float32Array(analyser.frequencyBinCount)
  let best = null
  for (let round = 0; round < 20 && best === null; round += 1) {
    await new Promise(done => setTimeout(done, 100))
    analyser.getFloatFrequencyData(bins)
    let loudest = 0
    bins.forEach((level, bin) => { if (level > bins[loudest]) loudest = bin })
    if (bins[loudest] > -60) best = loudest * context.sampleRate / analyser.fftSize
  }
  await context.close()
  return best
}"""


@dataclass
class Person:
    """A browser with one page, and what a person does there."""

    name: str
    browser: Browser
    context: BrowserContext
    page: Page
    errors: list[str]

    def open(self, url: str) -> Person:
        """Go to an address."""
        self.page.goto(url)
        return self

    def join(self, url: str) -> Person:
        """Open a join link, give the name, enter."""
        return self.open(url).enter()

    def enter(self) -> Person:
        """On the page before the meeting: give the name, enter."""
        field = self.page.get_by_label("Your name")
        expect(field).to_be_visible()
        field.fill(self.name)
        self.page.get_by_role("button", name="Join", exact=True).click()
        expect(self.page.get_by_role("button", name="Leave")).to_be_visible(timeout=15_000)
        return self

    def until(self, expression: str, argument: Any = None, *, timeout_s: float = 15) -> Any:
        """Wait until a JavaScript expression or function is true in the page, and return its value.

        Playwright's own waiting evaluates strings in the page, which our Content-Security-Policy forbids.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            value = self.page.evaluate(expression, argument)
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} waited {timeout_s:g} s in vain for: {expression}")
            self.page.wait_for_timeout(50)

    def id_of(self, name: str) -> str:
        """Public id of a participant as this browser knows it."""
        found: str = self.until(
            f"name => {ROOM}.state?.participants.find(one => one.name === name)?.id", name
        )
        return found

    def tile(self, name: str) -> Locator:
        """The picture of a participant."""
        return self.page.locator(f'pal-tile[data-place="{self.id_of(name)}"]')

    def waits_for_colour(self, name: str, colour: Colour, tolerance: int = 40, timeout_s: float = 15) -> None:
        """Fails unless the picture of ``name`` gets about this colour in time."""
        video = self.tile(name).locator("video")
        expect(video).to_be_attached(timeout=timeout_s * 1000)
        seen: Any = None
        for _ in range(int(timeout_s * 5)):
            seen = video.evaluate(READ_COLOUR)
            if alike(seen, colour, tolerance):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{self.name} sees {seen} where {name} sends {colour}")

    def hears(self, name: str, source: str = "microphone") -> float | None:
        """Loudest frequency that arrives from a participant, in hertz; ``None`` after two seconds of silence."""
        arguments = [self.id_of(name), source]
        self.until(f"([id, source]) => {ROOM}.media.stream(id, source) !== null", arguments)
        tone: float | None = self.page.evaluate(READ_TONE, arguments)
        return tone

    def waits_for_silence(self, name: str, tries: int = 5) -> None:
        """Fails unless a participant falls silent; what was on its way when they did may still be heard once."""
        heard = []
        while (tone := self.hears(name)) is not None:
            heard.append(tone)
            assert len(heard) < tries, f"{self.name} goes on hearing {name}: {heard}"


def launch(
    playwright: Playwright,
    name: str,
    folder: Path,
    *,
    colour: Colour | None = None,
    picture: Size = STANDARD,
    tone_hz: int | None = None,
    devices: bool = True,
    width: int = 1280,
    height: int = 800,
    executable: str = CHROMIUM,
    locale: str = "en-GB",
    **context_options: Any,
) -> Person:
    """Start a Chromium for one person. Without ``colour`` and ``tone_hz`` it has Chromium's own fake devices;
    without ``devices`` it has none."""
    flags = list(FLAGS if devices else FLAGS[2:])
    if colour:
        film = write_picture(folder / f"{name}.y4m", colour, picture)
        flags.append(f"--use-file-for-fake-video-capture={film}")
    if tone_hz:
        flags.append(f"--use-file-for-fake-audio-capture={write_tone(folder / f'{name}.wav', tone_hz)}")
    browser = playwright.chromium.launch(executable_path=executable, args=flags)
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=locale, **context_options
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    return Person(name, browser, context, page, errors)
