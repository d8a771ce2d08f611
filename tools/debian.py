"""The Debian or Ubuntu packages that the tests need: two browsers, two servers, fonts for screenshots, a network,
libraries for PDF.

And a C compiler with the headers that the compiled part of the packet path is built with. Those make Palabre
cheaper to run, but it is installed and works without them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from problems import Problem
from running import run


def _runs(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _has_postgresql() -> bool:
    return any(_runs(str(found), "--version") for found in Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _has_fonts() -> bool:
    return any(Path("/usr/share/fonts").glob("**/DejaVuSans.ttf"))


def _loads(library: str) -> bool:
    """Whether a shared library is there, as invoices as PDF need some."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _includes(*headers: str) -> bool:
    """Whether a C program can include them."""
    options = (part for header in headers for part in ("-include", header))
    return _runs("gcc", f"-I{sysconfig.get_path('include')}", *options, "-E", "-xc", "/dev/null")


#: what the compiled part needs; Python's headers are those of the Python that runs this
COMPILER: dict[str, Callable[[], bool]] = {
    "gcc": lambda: _runs("gcc", "--version"),
    "libc6-dev": lambda: _includes("stdint.h", "sys/socket.h"),
    "libssl-dev": lambda: _includes("openssl/evp.h"),
    f"python3.{sys.version_info.minor}-dev": lambda: _includes("Python.h"),
}


def can_compile() -> bool:
    """Whether the compiled part can be built here."""
    return _includes("stdint.h", "openssl/evp.h", "Python.h")


#: package → whether what we need of it works
PACKAGES: dict[str, Callable[[], bool]] = {
    **COMPILER,
    "chromium": lambda: _runs("chromium", "--version"),
    "firefox-esr": lambda: _runs("firefox-esr", "--version"),
    "fonts-dejavu-core": _has_fonts,
    "iproute2": lambda: _runs("ip", "-V"),
    "libharfbuzz-subset0": lambda: _loads("libharfbuzz-subset.so.0"),
    "libpangoft2-1.0-0": lambda: _loads("libpangoft2-1.0.so.0"),
    "postgresql": _has_postgresql,
    "redis-server": lambda: _runs("redis-server", "--version"),
}


def ensure_packages() -> None:
    """Install what is missing, as root; else say what to install.

    :raises Problem: when something is missing and cannot be installed, or does not work once it is.
    """
    missing = _missing()
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(f"The tests need more Debian packages: run 'sudo apt install {names}', then try again.")
    print(f"Installing {names} …", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    problem = f"Debian's {names} could not be installed: check the network and apt's sources, then try again."
    run(["apt-get", "update"], problem=problem)
    run(["apt-get", "install", "--yes", "--no-install-recommends", *missing], problem=problem)
    if still_missing := _missing():
        raise Problem(f"{', '.join(still_missing)}: installed, but does not work; try it by hand.")


def _missing() -> list[str]:
    return [package for package, works in PACKAGES.items() if not works()]
