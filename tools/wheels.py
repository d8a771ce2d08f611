"""Builds every distribution as a wheel: ``wheels.py [FOLDER]``, by default into ``dist/``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from layout import ROOT, VENV, distributions
from problems import Problem
from running import run


def build(target: Path) -> list[Path]:
    """Write the wheels of the umbrella, the core, the web and each plugin into ``target``; returns them."""
    for folder in [ROOT, *distributions()]:
        shutil.rmtree(folder / "build", ignore_errors=True)  # an old build's files would get in
        run(
            [VENV / "bin" / "python", "-m", "pip", "wheel", "--no-deps", "--wheel-dir", target, folder],
            problem=f"The wheel of {folder.name} could not be built.",
        )
    return sorted(target.glob("*.whl"))


if __name__ == "__main__":
    try:
        print(*build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"), sep="\n")
    except Problem as problem:
        sys.exit(str(problem))
