"""The virtual environment and the Python packages in it."""

from __future__ import annotations

import sys
import venv

import debian
import stamps
from layout import ROOT, VENV, distributions
from problems import Problem
from running import run

NO_NETWORK = (
    "The Python packages could not be installed: check that this machine reaches the Internet "
    "or a package index that pip is configured for, then try again."
)

#: what the tests use and a small installation does not
_TEST_EXTRAS = {"core": "[postgresql,testing]", "webui": "[redis]"}


def install(*, with_tools: bool) -> None:
    """Make the virtual environment if there is none, and install the distributions, editable.

    :param with_tools: also what tests and checks need.
    """
    if not (VENV / "bin" / "pip").exists():  # or a call before was interrupted
        _make_environment()
    folders = distributions()
    described = [
        ROOT / "setup.cfg",
        *(folder / name for folder in folders for name in ("pyproject.toml", "setup.py")),
        *ROOT.glob("core/native/*.c"),
    ]
    # With a compiler that came later the compiled part is built, without being asked for.
    state = (sys.version, "with a compiler" if debian.can_compile() else "without")
    plain = stamps.digest(described, *state)
    complete = stamps.digest([*described, ROOT / "requirements-dev.txt"], *state)
    if stamps.is_done("packages and tools", complete):
        return
    if not with_tools and stamps.is_done("packages", plain):
        return
    print("Installing the Python packages; the first time takes a minute or two …", flush=True)
    wanted = [
        f"--editable={folder}{_TEST_EXTRAS.get(folder.name, '') if with_tools else ''}" for folder in folders
    ]
    if with_tools:
        wanted.append("--requirement=requirements-dev.txt")
    run([VENV / "bin" / "python", "-m", "pip", "install", *wanted], problem=NO_NETWORK)
    stamps.mark_done("packages", plain)
    if with_tools:
        stamps.mark_done("packages and tools", complete)


def _make_environment() -> None:
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except (OSError, SystemError) as error:
        raise Problem(f"The virtual environment could not be made in {VENV}: {error}.") from None
