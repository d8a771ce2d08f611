"""The tutorial's plugin, made from the page and installed as anybody would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "plugins"

_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Tutorial:
    """The plugin's folder, and the folder that it is installed in."""

    folder: Path
    site: Path

    def run(
        self, *command: str, folder: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """What a command says where the plugin is installed."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PALABRE_", "PYTEST_"))
        }
        program = Path(sys.executable).with_name(command[0])
        return subprocess.run(
            [program, *command[1:]],
            cwd=folder or self.folder,
            env={**kept, "PYTHONPATH": str(self.site), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Tutorial:
    """The plugin exactly as the page has it, compiled and installed."""
    folder = tmp_path_factory.mktemp("tutorial") / "palabre-poll"
    for name, text in _FILE.findall((PAGES / "tutorial.md").read_text()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = Tutorial(folder, folder.parent / "site")
    for command in (
        ("pybabel", "compile", "-d", "src/palabre_poll/translations"),
        ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(made.site), "."),
    ):
        done = made.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return made
