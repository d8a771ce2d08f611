"""Key frame requests to one publisher: the first goes out at once, those of a burst as one at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: A key frame costs as much as a second of video; but who waits for one sees nothing.
WINDOW_S = 0.25


class KeyFrameRequests:
    """Calls ``send`` at most once in ``WINDOW_S``; what is asked meanwhile goes out when the window ends."""

    def __init__(self, send: Callable[[], None], window_s: float = WINDOW_S) -> None:
        self._send = send
        self._window_s = window_s
        self._again = False
        self._window: asyncio.TimerHandle | None = None
        self.sent = 0

    def ask(self) -> None:
        """Somebody needs a key frame."""
        if self._window is not None:
            self._again = True
            return
        self._ask_now()

    def close(self) -> None:
        """Ask no more."""
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def _ask_now(self) -> None:
        self._again = False
        self.sent += 1
        self._window = asyncio.get_running_loop().call_later(self._window_s, self._window_ends)
        self._send()

    def _window_ends(self) -> None:
        self._window = None
        if self._again:
            self._ask_now()
