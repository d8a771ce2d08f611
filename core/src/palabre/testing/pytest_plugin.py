"""``pytest --palabre-plugin NAME``: runs the conformance suite against an installed plugin, beside its own tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from palabre.testing.surfaces import Surface
    from palabre.testing.under_test import PluginUnderTest

_OPTION = "--palabre-plugin"


class ConformanceHooks:
    """Hooks of pytest's by which other distributions add to the suite."""

    @pytest.hookspec
    def pytest_palabre_surfaces(self) -> list[Surface]:
        """Places where a plugin can show."""
        raise NotImplementedError

    @pytest.hookspec
    def pytest_palabre_conformance(self) -> Path:
        """A folder of tests that every plugin has to pass."""
        raise NotImplementedError


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let other distributions add to the suite."""
    pluginmanager.add_hookspecs(ConformanceHooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the suite."""
    group = parser.getgroup("palabre")
    group.addoption(
        _OPTION,
        metavar="NAME",
        help="run the conformance suite against this installed plugin, by name or package",
    )
    group.addoption(
        "--palabre-database",
        choices=["sqlite", "postgresql", "both"],
        default="sqlite",
        help="databases that the suite tries migrations with (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the suite's folders to what is collected."""
    if config.getoption(_OPTION):
        config.args += [str(folder) for folder in config.hook.pytest_palabre_conformance()]


def pytest_palabre_conformance() -> Path:
    """The core's part of the suite."""
    return Path(__file__).parent / "conformance"


def pytest_palabre_surfaces() -> list[Surface]:
    """Where a plugin shows in the core."""
    from palabre.testing.surfaces import SURFACES

    return SURFACES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each surface, and for each kind of database that was asked for."""
    config = metafunc.config
    if "surface" in metafunc.fixturenames:
        surfaces = [one for found in reversed(config.hook.pytest_palabre_surfaces()) for one in found]
        metafunc.parametrize("surface", surfaces, ids=[one.name for one in surfaces])
    if "conformance_database" in metafunc.fixturenames:
        wanted = config.getoption("--palabre-database")
        metafunc.parametrize(
            "conformance_database", ["sqlite", "postgresql"] if wanted == "both" else [wanted]
        )


@pytest.fixture
def plugin_under_test(request: pytest.FixtureRequest) -> PluginUnderTest:
    """The plugin that ``--palabre-plugin`` names."""
    from palabre.testing.under_test import find_plugin

    return find_plugin(request.config.getoption(_OPTION))
