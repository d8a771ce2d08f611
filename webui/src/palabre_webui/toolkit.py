"""What a plugin's web side imports; nothing else of ``palabre_webui`` is for plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from palabre_webui.declared import called_by_machines, limited, longest_form, permission
from palabre_webui.modules import (
    ROOM_API_VERSION,
    HelpQuestion,
    HelpSection,
    MeetingFact,
    MenuItem,
    RoomModule,
)

if TYPE_CHECKING:
    from palabre.application import Application
    from palabre_webui.sign_in.present import SignedIn

P = ParamSpec("P")
T = TypeVar("T")

__all__ = [
    "ROOM_API_VERSION",
    "HelpQuestion",
    "HelpSection",
    "MeetingFact",
    "MenuItem",
    "RoomModule",
    "application",
    "asset_of",
    "called_by_machines",
    "limited",
    "longest_form",
    "offload",
    "permission",
    "signed_in",
]


def application() -> Application:
    """The installation as a view sees it: ``.db``, ``.plugins``, ``.clock``. Only while a request is answered."""
    from palabre_webui.context import web  # views need it; every other process imports this module too

    return web().application


def asset_of(plugin: str, path: str) -> str:
    """The address of a file in a plugin's folder ``static``, as its pages refer to it: a style sheet, a script.

    Only while a request is answered.

    :raises KeyError: when there is no such file.
    """
    from palabre_webui.context import web

    return web().plugin_static[plugin].url(path)


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that computes for long, without holding up who else is served.

    It runs in a thread of its own, in the reader's language: nothing of the database or of the request in it.
    """
    from palabre_webui import concurrency

    return concurrency.offload(function, *args, **kwargs)


def signed_in() -> SignedIn | None:
    """Who asks: ``id`` of the account, ``name``, ``email``, ``language``, ``time_zone``, ``is_operator``.

    Only while a request is answered; ``None`` for somebody who is not signed in to this tenant, which a view that
    declares the permission ``account`` never sees.
    """
    from palabre_webui.sign_in.present import signed_in as who

    return who()
