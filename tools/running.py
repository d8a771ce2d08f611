"""Runs the programs that set-up needs, and keeps what they say for when something goes wrong."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from layout import ROOT, VENV
from problems import Problem

LOG = VENV / "set-up.log"


def run(command: Sequence[str | Path], *, folder: Path = ROOT, problem: str) -> None:
    """Run ``command``; what it prints goes to the log.

    :param problem: the sentence for the case that it fails; the name of the log is added.
    :raises Problem: when it cannot be started or ends with another status than 0.
    """
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        except OSError as error:
            raise Problem(f"{problem} ({error})") from None
    if done.returncode != 0:
        raise Problem(f"{problem} The end of {LOG.relative_to(ROOT)} says more.")


def environment() -> dict[str, str]:
    """Our own variables, with the virtual environment's commands first on the PATH."""
    return {**os.environ, "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', os.defpath)}"}
