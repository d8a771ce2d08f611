from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from palabre.cli import main


@dataclass
class Terminal:
    """A folder in which somebody types commands."""

    folder: Path
    captured: pytest.CaptureFixture[str]

    def palabre(self, *arguments: str, status: int = 0, typed: str = "", **variables: str) -> str:
        """What a command says, which must end with ``status``: what it prints, or its complaint too.

        :param typed: its standard input, which is no terminal.
        """
        self.captured.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.StringIO(typed))
            for name in [name for name in os.environ if name.startswith("PALABRE_")]:
                patch.delenv(name)
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(list(arguments))
        said = self.captured.readouterr()
        assert ended.value.code == status, f"status {ended.value.code}\n{said.out}{said.err}"
        return said.out if status == 0 else said.out + said.err


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    yield Terminal(tmp_path, capsys)
    structlog.reset_defaults()


@pytest.fixture
def installation(terminal: Terminal) -> Terminal:
    """An installation whose tables are there."""
    terminal.palabre("db", "upgrade")
    return terminal
