"""Where things are in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
FRONTEND = ROOT / "webui" / "frontend"
VENDOR = ROOT / "webui" / "src" / "palabre_webui" / "static" / "vendor"


def distributions() -> list[Path]:
    """The folder of each distribution: the core first, then the web, then the plugins."""
    plugins = sorted(found.parent for found in (ROOT / "plugins").glob("*/pyproject.toml"))
    return [ROOT / "core", ROOT / "webui", *plugins]


def package_of(distribution: Path) -> Path:
    """The folder of the one Python package in a distribution: ``core`` gives ``core/src/palabre``."""
    return next(found for found in (distribution / "src").iterdir() if found.name.isidentifier())
