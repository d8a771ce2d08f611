"""What the web service is made of, and where views find it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import current_app

from palabre.application import Application
from palabre_webui.assets import StaticTree
from palabre_webui.heartbeat import Heartbeat

if TYPE_CHECKING:
    from flask import Flask
    from prometheus_client import CollectorRegistry

    from palabre_webui.room.service import RoomService

_EXTENSION = "palabre"


@dataclass(frozen=True)
class WebContext:
    """What views work with.

    :param static: the web service's own files.
    :param plugin_static: each plugin's files, by the plugin's name.
    :param room: the rooms' door.
    """

    application: Application
    static: StaticTree
    plugin_static: dict[str, StaticTree]
    room: RoomService
    heartbeat: Heartbeat

    def install(self, app: Flask) -> None:
        """Make it the context of ``app``'s views."""
        app.extensions[_EXTENSION] = self

    @cached_property
    def registry(self) -> CollectorRegistry:
        """The metrics of this process."""
        from palabre_webui.operation.metrics import make_registry

        return make_registry(self)


def web() -> WebContext:
    """The context of the application that handles the present request."""
    return cast("WebContext", current_app.extensions[_EXTENSION])
