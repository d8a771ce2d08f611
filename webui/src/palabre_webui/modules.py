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


@dataclass(frozen=True)
class MenuItem:
    """A place in the navigation of people who are signed in.

    :param label: in the reader's language, a word or two.
    :param address: a path of this site, usually below ``/plugins/<plugin>/``.
    :param order: smaller stands further left; items of the same order stand by label.
    """

    label: str
    address: str
    order: int = 100
