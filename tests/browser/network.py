"""A network that one test has for itself, with an address that is not loopback.

Firefox never uses loopback for media, and a machine that builds and tests may have no other address. As root the test
makes a network namespace: nothing of the machine's own network changes, and nothing that is sent gets out of it. It
goes away with its last process. Who may not make one uses the address that the machine has.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from palabre.media.transport.addresses import local_addresses
from person import CHROMIUM

#: ``unshare(2)`` and ``setns(2)``; Python has them from 3.12 on
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)

#: a pair of Ethernet ends, since not every kernel has the dummy device
SET_UP = (
    "ip link set lo up",
    "ip link add palabre0 type veth peer name palabre1",
    "ip address add 10.77.0.1/24 dev palabre0",
    "ip link set palabre0 up",
    "ip link set palabre1 up",
    "ip route add default dev palabre0",  # without one Firefox finds no address of its own
)


@contextmanager
def more_than_loopback(folder: Path) -> Iterator[str]:
    """Everything that this thread starts meanwhile has an address that is not loopback.

    Gives the program to start as Chromium, since that one is started by Playwright, whose process is older.

    :param folder: for that program.
    """
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if not _unshare():
            _check_own_address()
            yield CHROMIUM
            return
        try:
            for command in SET_UP:
                subprocess.run([program("ip", "iproute2"), *command.split()[1:]], check=True)
            yield str(_inside(folder / "chromium-inside"))
        finally:
            _check(_libc.setns(before, CLONE_NEWNET))
    finally:
        os.close(before)


def program(name: str, package: str) -> str:
    """Where a program is; the test fails with a sentence when it is missing."""
    found = shutil.which(name)
    if not found:
        pytest.fail(f"There is no {name}: run 'sudo apt install {package}', then try again.")
    return found


def _unshare() -> bool:
    """Go into a new network namespace; not everybody may, nor every container's root."""
    done: int = _libc.unshare(CLONE_NEWNET)
    if done != 0 and ctypes.get_errno() == errno.EPERM:
        return False
    _check(done)
    return True


def _check(done: int) -> None:
    if done != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _check_own_address() -> None:
    if local_addresses()[0].startswith("127."):
        pytest.fail(
            "Firefox needs an address that is not loopback for media, and this machine has none: "
            "connect it to a network, or run the tests as root."
        )


def _inside(script: Path) -> Path:
    """A program that starts Chromium in the namespace that this thread is in now."""
    nsenter = program("nsenter", "util-linux")
    script.write_text(f'#!/bin/sh\nexec {nsenter} --net=/proc/{os.getpid()}/ns/net {CHROMIUM} "$@"\n')
    script.chmod(0o755)
    return script
