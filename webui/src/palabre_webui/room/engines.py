"""The media workers as this process knows them: which has which room, and what it says."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from palabre.media.client import MediaClient

#: Gets the worker's number, the notification's name and its parameters.
OnNotification = Callable[[int, str, dict[str, Any]], None]
#: Gets the worker's number and whether it can be used.
OnState = Callable[[int, bool], None]


class Engines:
    """Connections to every media worker. A room is always with the same one, whichever process asks.

    :param addresses: of the workers' channels, in the same order in every process.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._clients: list[MediaClient] = []
        self._was_up: set[int] = set()

    def start(self, on_notification: OnNotification, on_state: OnState) -> None:
        """Connect in the background, and again whenever a connection breaks."""
        for number, address in enumerate(self._addresses):
            client = MediaClient(
                address,
                lambda method, params, number=number: on_notification(number, method, params),  # type: ignore[misc]
                lambda state, number=number: self._state(number, state, on_state),  # type: ignore[misc]
            )
            self._clients.append(client)
            client.start()

    def number_of(self, room: str) -> int:
        """Number of the worker that has a room."""
        return zlib.crc32(room.encode()) % len(self._addresses)

    def call(self, room: str, method: str, **params: Any) -> Any:
        """Ask the worker of a room.

        :raises MediaUnavailable: when it is away, or does not answer in time.
        :raises MediaError: when it refuses.
        """
        return self._clients[self.number_of(room)].call(method, room=room, **params)

    def metrics(self) -> list[dict[str, Any] | None]:
        """Each worker's counters; ``None`` of one that is away."""
        return [client.call("metrics") if client.up else None for client in self._clients]

    def are_up(self) -> list[bool]:
        """Which workers can be used."""
        return [client.up for client in self._clients]

    def were_up(self) -> bool:
        """Whether every worker has been there since this process started."""
        return len(self._was_up) == len(self._addresses)

    def _state(self, number: int, state: str, on_state: OnState) -> None:
        if state == "up":
            self._was_up.add(number)
        on_state(number, state == "up")
