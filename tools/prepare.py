"""Makes the checkout ready: ``prepare.py run`` to use Palabre, ``lint`` to change it, ``test`` to test it.

Needs Python 3.11 or later and nothing else. What is ready already is left alone, so that a second call takes
a fraction of a second.
"""

from __future__ import annotations

import sys

import browser_libraries
import debian
import python_packages
import stamps
from layout import VENV, distributions, package_of
from problems import Problem
from running import run


def prepare(purpose: str) -> None:
    """Do what is missing for ``purpose``: "run", "lint" or "test"."""
    if purpose == "test":
        debian.ensure_packages()
    python_packages.install(with_tools=purpose != "run")
    browser_libraries.install()
    _compile_translations()


def _compile_translations() -> None:
    packages = [package_of(folder) for folder in distributions()]
    state = stamps.digest(
        path
        for package in packages
        for pattern in ("translations/**/*.po", "static/**/*.js")
        for path in package.glob(pattern)
    )
    compiled = all(
        source.with_suffix(".mo").exists()
        for package in packages
        for source in package.glob("translations/**/*.po")
    )
    if compiled and stamps.is_done("translations", state):
        return
    run(
        [VENV / "bin" / "python", "tools/translations.py", "compile"],
        problem="The translations could not be compiled.",
    )
    stamps.mark_done("translations", state)


if __name__ == "__main__":
    try:
        prepare(sys.argv[1])
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
