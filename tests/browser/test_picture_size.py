"""The picture that was chosen is the one that arrives."""

from __future__ import annotations

from conftest import Launch
from media_files import HD, Size
from person import Person
from server import Server

BLUE = (40, 70, 200)

#: how large the picture of a participant is as it arrives, by id
SIZE = """id => {
  const video = document.querySelector(`pal-tile[data-place="${id}"] video`)
  return [video?.videoWidth, video?.videoHeight]
}"""


def test_hd_arrives_as_hd(server: Server, meeting: str, person: Launch) -> None:
    lea, sam = person("Léa", colour=BLUE, picture=HD), person("Sam")
    lea.open(server.link("Léa", "presenter", meeting))
    # At once, while the camera may still be starting.
    lea.page.get_by_label("Picture").select_option(label="HD")
    lea.enter()
    sam.join(server.link("Sam", "guest", meeting))
    waits_for_size(sam, "Léa", HD)
    sam.waits_for_colour("Léa", BLUE)


def waits_for_size(one: Person, name: str, size: Size) -> None:
    """Fails unless it is so in time: a browser raises what it sends step by step, over some 15 s up to HD."""
    one.until(
        f"([id, size]) => ({SIZE})(id).join() === size.join()", [one.id_of(name), list(size)], timeout_s=50
    )
