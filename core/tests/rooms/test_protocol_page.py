"""docs/protocol.md says what the code does: acts, who may, events, the state, codes."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from palabre.model import Microphones
from palabre.rooms.perform import validate
from palabre.rooms.registry import Registry
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/protocol.md has no section {title}"
    return found[1]


def _table(title: str) -> dict[str, list[str]]:
    """The rows of the first table of a section, by the name in their first cell."""
    rows = re.split(r"\n\n", _section(title).strip())
    table = next(block for block in rows if block.startswith("|"))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {re.sub(r"[` *]", "", row[0]): row[1:] for row in cells}


def _json(cell: str) -> Any:
    return json.loads(cell.strip("`"))


def _shape(value: Any) -> Any:
    """What kinds of values a JSON value is made of; empty lists and null fit anything."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value else None
    return None if value is None else type(value).__name__


def _fits(documented: Any, real: Any) -> bool:
    if documented is None or real is None:
        return True
    if isinstance(documented, dict) and isinstance(real, dict):
        return documented.keys() == real.keys() and all(_fits(documented[key], real[key]) for key in real)
    if isinstance(documented, list) and isinstance(real, list):
        return _fits(documented[0], real[0])
    return documented == real


@pytest.fixture
def registry(room: HeadlessRoom) -> Registry:
    return room.application.rooms.registry(room.tenant)


@pytest.fixture
def tour(application, clock: TestClock) -> HeadlessRoom:
    """A room in which everything has happened."""
    room = HeadlessRoom.make(application, microphones=Microphones.FREE)
    lea, sam = room.person("Léa", "presenter"), room.person("Sam")
    track = sam.publish("microphone")
    sam.act("set_track_muted", track=track, muted=True)
    sam.act("set_track_muted", track=track, muted=False)
    lea.act("mute_all")
    sam.act("unpublish_track", from_media=True, track=track)
    sam.act("raise_hand")
    sam.act("lower_hand")
    lea.act("give_floor", participant=sam.id, may_show=True)
    lea.act("take_floor", participant=sam.id)
    lea.act("set_microphones", mode="floor")
    lea.act("lock")
    kim, max_ = room.person("Kim"), room.person("Max")
    lea.act("admit", participant=kim.id)
    kim.come_back()
    lea.act("remove", participant=max_.id)
    lea.act("unlock")
    lea.act("change_role", participant=kim.id, role="presenter")
    kim.act("rename", name="Kim Lee")
    message = kim.act("chat_send", text="Hello", to="all").events[0].data["id"]
    kim.act("chat_delete", id=message)
    kim.act("react", reaction="clap")
    kim.drop()
    kim.come_back()
    sam.act("leave")
    lea.act("end_for_all")
    return room


def test_every_act_is_documented_and_no_other(registry: Registry) -> None:
    assert set(_table("Acts")) == set(registry.acts)


def test_the_examples_of_acts_are_accepted(registry: Registry) -> None:
    for name, (data, _who, _events) in _table("Acts").items():
        validate(registry.acts[name], _json(data))


def test_who_may_do_an_act_is_said_as_its_rule_says_it(registry: Registry) -> None:
    for name, (_data, who, _events) in _table("Acts").items():
        assert re.split(r"[;,]", who)[0] == registry.acts[name].allowed.description, name


def test_who_may_publish_from_a_source_is_said_as_its_rule_says_it(registry: Registry) -> None:
    documented = {name: tuple(cells) for name, cells in _table("Sources of tracks").items()}

    assert documented == {
        source.name: (source.kind, source.allowed.description) for source in registry.sources.values()
    }


def test_every_event_is_documented_and_no_other(tour: HeadlessRoom) -> None:
    assert set(_table("Events")) == {event.kind for event in tour.journal()}


def test_acts_name_events_that_exist() -> None:
    named = {
        name for _data, _who, events in _table("Acts").values() for name in re.findall(r"`(\w+)`", events)
    }

    assert named <= set(_table("Events"))


def test_the_examples_of_events_are_like_real_ones(tour: HeadlessRoom) -> None:
    documented = {name: _json(cells[0]) for name, cells in _table("Events").items()}
    for event in tour.journal():
        assert _fits(_shape(documented[event.kind]), _shape(event.data)), (event.kind, event.data)


def test_events_for_presenters_only_are_marked(tour: HeadlessRoom) -> None:
    marked = set(re.findall(r"^\| `(\w+)` \* \|", _section("Events"), re.MULTILINE))

    assert marked == {event.kind for event in tour.journal() if event.audience == "presenters"}


def test_the_state_is_documented_as_it_is(room: HeadlessRoom, lea) -> None:
    lea.publish("microphone")
    lea.act("chat_send", text="Hello", to="all")
    lea.act("lock")
    room.person("Sam")
    example = re.search(r"```json\n(.*?)```", _section("The state"), re.DOTALL)
    assert example

    assert _fits(_shape(json.loads(example[1])), _shape(lea.state()))


def test_every_example_is_valid_json() -> None:
    for example in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL):
        json.loads(example)


def _codes_in(source: Path) -> set[str]:
    """Codes that a module refuses with: the first argument of a refusal, or of its class's constructor."""
    codes = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        called = node.func
        name = (
            called.id
            if isinstance(called, ast.Name)
            else called.attr
            if isinstance(called, ast.Attribute)
            else ""
        )
        code = node.args[0].value
        refuses = name in {"Refused", "NotFound", "NotAllowed", "TooFast", "_refusal", "__init__"}
        if refuses and isinstance(code, str) and re.fullmatch(r"[a-z]+(_[a-z]+)*", code):
            codes.add(code)
    return codes


def test_every_code_is_documented_and_no_other() -> None:
    folders = [ROOT / "core/src/palabre" / name for name in ("rooms", "tenants")]
    modules = [
        ROOT
        / "core/src/palabre/invitations/links.py",  # what else these two refuse, organisers read on their pages
        ROOT / "core/src/palabre/meetings/service.py",
        *(module for folder in folders for module in folder.rglob("*.py")),
        ROOT / "core/src/palabre/plugins/policy.py",
        ROOT / "core/src/palabre/errors.py",
        *(ROOT / "webui/src/palabre_webui/room").glob("*.py"),
    ]
    from_the_engine = {
        "bad_sdp",
        "media_failed",
    }  # passed on by the web service as the engine said it, or did not

    found = set().union(*(_codes_in(module) for module in modules)) | from_the_engine
    assert set(_table("Codes")) == found
