"""The tutorial's plugin, made from the page and installed as anybody would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "plugins" / "tutorial.md"

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


def make_tutorial(folder: Path) -> Tutorial:
    """The plugin exactly as the page has it, compiled and installed, in ``folder``."""
    made = Tutorial(folder / "palabre-poll", folder / "site")
    for name, text in _FILE.findall(PAGE.read_text()):
        path = made.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for command in (
        ("pybabel", "compile", "-d", "src/palabre_poll/translations"),
        ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(made.site), "."),
    ):
        done = made.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return made
