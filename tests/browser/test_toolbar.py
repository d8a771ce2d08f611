"""Buttons of many plugins: as many in the bar as fit, the rest under *More*, and each of them works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conftest import Launch
from server import Server

WORDS = ("Share screen", "Whiteboard", "Record", "Poll", "Interpreters", "Break-out rooms")

PLUGIN = """
from palabre.toolkit import Feature, hookimpl
from palabre_webui.toolkit import RoomModule

@hookimpl
def feature():
    return Feature(name="many", title="Many", description="Many buttons.", api_version=1)

@hookimpl
def room_modules():
    return [RoomModule("many.js")]
"""

MODULE = f"""
export default {{
  apiVersion: 1,
  setup(api) {{
    for (const label of {list(WORDS[1:])!r}) {{
      api.slots.add('toolbar', {{
        id: label.toLowerCase().replaceAll(' ', '-'), label, icon: 'square',
        mount(place, context) {{
          const onClick = () => api.notify(`${{label}} was pressed at ${{innerWidth}}`)
          context.button({{ icon: 'square', label, onClick }})
        }},
      }})
    }}
  }},
}}
"""


@pytest.fixture
def busy_server(tmp_path: Path) -> Iterator[Server]:
    package = tmp_path / "site" / "palabre_many"
    (package / "static").mkdir(parents=True)
    (package / "__init__.py").write_text(PLUGIN)
    (package / "static" / "many.js").write_text(MODULE)
    about = tmp_path / "site" / "palabre_many-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: palabre-many\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[palabre.plugins]\nmany = palabre_many\n")
    folder = tmp_path / "installation"
    folder.mkdir()
    running = Server(folder, PYTHONPATH=str(tmp_path / "site"))
    yield running
    running.stop()


def test_what_the_bar_cannot_hold_is_under_more(busy_server: Server, person: Launch) -> None:
    lea = person("Léa").join(busy_server.link("Léa", "presenter"))
    page = lea.page
    middle = page.get_by_role("toolbar", name="What I do")
    any_word = re.compile("|".join(f"^{word}$" for word in WORDS))
    for width, under_more in {1600: 0, 1280: 3, 1100: 4, 768: 5, 360: 6}.items():
        page.set_viewport_size({"width": width, "height": 800})
        # The bar measures itself again after the window changed: only then may its buttons be looked at.
        expect(middle.get_by_role("button", name=any_word)).to_have_count(len(WORDS) - under_more)
        in_bar = [word for word in WORDS if middle.get_by_role("button", name=word, exact=True).count()]
        for word in in_bar:
            box = middle.get_by_role("button", name=word, exact=True).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        rest = [word for word in WORDS if word not in in_bar]
        for word in set(rest) - {"Share screen"}:
            page.get_by_role("button", name="More", exact=True).click()
            page.get_by_role("menuitem", name=word, exact=True).click()
            expect(page.get_by_text(f"{word} was pressed at {width}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert lea.errors == []
