"""Adds the web to ``pytest --palabre-plugin NAME``. Everything heavy is imported by what needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palabre.testing.surfaces import Surface


def pytest_palabre_conformance() -> Path:
    """The web's part of the suite."""
    return Path(__file__).parent / "conformance"


def pytest_palabre_surfaces() -> list[Surface]:
    """Where a plugin shows in the web."""
    from palabre_webui.testing.surfaces import SURFACES

    return SURFACES
