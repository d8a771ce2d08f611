"""Start a program that ends when its parent does: ``launch.py PARENT DELAY_S PROGRAM ARGUMENT…``.

The supervisor starts every process through this script. The kernel kills the process when the supervisor dies, in
whatever way, so nothing is left over. It imports next to nothing: it costs some milliseconds.
"""

import ctypes
import os
import signal
import sys
import time

#: Linux's prctl(2); inherited through exec, not through fork.
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program."""
    parent, delay_s, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before we asked
        sys.exit(1)
    time.sleep(float(delay_s))
    os.execv(command[0], command)  # noqa: S606 - that is what it is for


if __name__ == "__main__":
    main()
