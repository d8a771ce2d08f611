"""The plugin's side in the browser keeps the contract of docs/plugins/room-api.d.ts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from palabre.application import Application
from palabre.tenants import TenantContext, tenant_scope
from palabre.testing.under_test import PluginUnderTest
from palabre_webui import hookspecs
from palabre_webui.modules import ROOM_API_VERSION, RoomModule

_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"();]*?(?:from\s*)?["']([^"']+)["']""", re.MULTILINE)
#: What the page's import map offers to plugins.
_OFFERED = re.compile(r"lit(/.*)?|@palabre/icons")


@pytest.fixture
def modules(
    application: Application, tenant_with: TenantContext, plugin_under_test: PluginUnderTest
) -> list[RoomModule]:
    """The modules that the plugin adds to the room page."""
    with tenant_scope(tenant_with):
        found = application.plugins.collect(hookspecs.room_modules)
    return [module for one in found if one.plugin == plugin_under_test.name for module in one.value]


def _source(plugin: PluginUnderTest, module: RoomModule) -> Path:
    return plugin.folder / "static" / module.path


def test_each_module_is_a_file_of_the_package(
    modules: list[RoomModule], plugin_under_test: PluginUnderTest
) -> None:
    """In ``static``, which is served below ``/plugins/<plugin>/static/``."""
    static = (plugin_under_test.folder / "static").resolve()
    for module in modules:
        path = _source(plugin_under_test, module).resolve()
        assert path.is_file(), f"there is no file static/{module.path}"
        assert path.is_relative_to(static), f"{module.path} is not in static"


def test_each_module_was_written_for_this_room_page(
    modules: list[RoomModule], plugin_under_test: PluginUnderTest
) -> None:
    """The hook and the module name the version that the room page speaks."""
    for module in modules:
        assert module.api_version == ROOM_API_VERSION
        text = _source(plugin_under_test, module).read_text(encoding="utf-8")
        assert re.search(rf"\bapiVersion:\s*{ROOM_API_VERSION}\b", text), (
            f"{module.path} does not say apiVersion"
        )


def test_each_module_has_a_setup_in_its_default_export(
    modules: list[RoomModule], plugin_under_test: PluginUnderTest
) -> None:
    """``export default { apiVersion: 1, setup(api) { … } }``."""
    for module in modules:
        text = _source(plugin_under_test, module).read_text(encoding="utf-8")
        assert re.search(r"^export default\b|\bas default\b", text, re.MULTILINE), (
            f"{module.path}: no default export"
        )
        assert re.search(r"\bsetup\s*(\(|:|,)", text), f"{module.path}: no setup(api)"


def test_modules_import_their_own_files_and_what_the_page_offers(plugin_under_test: PluginUnderTest) -> None:
    """Nothing from elsewhere: the page's security policy would refuse it."""
    for path in sorted((plugin_under_test.folder / "static").rglob("*.js")):
        for wanted in _IMPORT.findall(path.read_text(encoding="utf-8")):
            if wanted.startswith("."):
                assert (path.parent / wanted).is_file(), f"{path.name} imports {wanted}, which is not there"
            else:
                assert _OFFERED.fullmatch(wanted), (
                    f"{path.name} imports {wanted}, which the page does not offer"
                )


def test_modules_touch_no_other_part_of_the_page(plugin_under_test: PluginUnderTest) -> None:
    """They draw in the elements they are given; the page's own elements and styles are no contract."""
    for path in sorted((plugin_under_test.folder / "static").rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        for found in re.findall(r"document\.(?:querySelector(?:All)?|getElementById)\s*\([^)]*", text):
            pytest.fail(f"{path.name} looks for a part of the page: {found})", pytrace=False)
