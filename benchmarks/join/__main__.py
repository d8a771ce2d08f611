"""From *Join* to the first picture of somebody else, in Chromium on loopback; and what the room page weighs.

Run it with ``python benchmarks/join``. It starts an installation of its own, lets one person wait in the room, and
has another join as often as asked. Targets: median below 500 ms, page below 200 kB compressed and ready below 1 s.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "browser"))

from person import Person, launch
from server import Server

#: Resolves with the milliseconds between the click on Join and the first frame of another person's camera.
FIRST_FRAME = """() => new Promise(done => {
  const button = [...document.querySelectorAll('button')].find(one => one.textContent.trim() === 'Join')
  const began = performance.now()
  button.click()
  const look = () => {
    const room = document.querySelector('pal-room').room
    const other = room.state?.participants.find(one => one.id !== room.myId)
    const video = other && document.querySelector(`pal-tile[data-place="${other.id}"] video`)
    if (!video) return requestAnimationFrame(look)
    if (video.videoWidth > 0 && video.currentTime > 0) return done(performance.now() - began)
    video.requestVideoFrameCallback(() => done(performance.now() - began))
  }
  look()
})"""

#: Bytes over the wire, and when the room element was defined, in milliseconds after navigation began.
PAGE = """() => {
  const entries = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  return {
    bytes: entries.reduce((sum, entry) => sum + entry.transferSize, 0),
    requests: entries.length,
  }
}"""


@click.command()
@click.option("--rounds", default=7, show_default=True, help="How often somebody joins.")
def main(rounds: int) -> None:
    """Measure joining."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        try:
            meeting = server.plan()
            lea = launch(playwright, "Lea", Path(folder), colour=(40, 70, 200))
            lea.join(server.link("Lea", "presenter", meeting))
            joined, ready, page = [], [], {"bytes": 0, "requests": 0}
            for _ in range(rounds):
                sam = launch(playwright, "Sam", Path(folder))
                took_ready, page = _open(sam, server.link("Sam", "guest", meeting))
                ready.append(took_ready)
                joined.append(sam.page.evaluate(FIRST_FRAME))
                sam.browser.close()
            _report("Join to the first picture, ms", joined, 500)
            _report("room page ready, ms", ready, 1000)
            print(
                f"{'room page, kB over the wire':32} {page['bytes'] / 1000:8.0f}  in {page['requests']} requests (200)"
            )
        finally:
            server.stop()


def _open(sam: Person, link: str) -> tuple[float, dict[str, int]]:
    sam.page.goto(link)
    sam.page.get_by_label("Your name").fill("Sam")
    ready: float = sam.page.evaluate(
        "() => performance.getEntriesByName('palabre-ready')[0]?.startTime ?? performance.now()"
    )
    sam.page.get_by_role("button", name="Join", exact=True).wait_for()
    page: dict[str, int] = sam.page.evaluate(PAGE)
    return ready, page


def _report(what: str, values: list[float], target: float) -> None:
    print(
        f"{what:32} {statistics.median(values):8.0f}  median of {len(values)}, "
        f"{min(values):.0f} to {max(values):.0f}; target {target:.0f}"
    )


if __name__ == "__main__":
    main()
