"""What plugins contribute to the web, as values."""

from __future__ import annotations

from dataclasses import dataclass

#: Version of the contract between the room page and a plugin's browser module.
ROOM_API_VERSION = 1


@dataclass(frozen=True)
class RoomModule:
    """A plugin's browser side.

    :param path: the JavaScript module, relative to the plugin package's ``static`` folder.
    :param api_version: version of the room page's contract that it was written for.
    """

    path: str
    api_version: int = ROOM_API_VERSION
