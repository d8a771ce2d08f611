"""What a plugin's web side imports; nothing else of ``palabre_webui`` is for plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre_webui.declared import called_by_machines, longest_form, permission
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

__all__ = [
    "ROOM_API_VERSION",
    "HelpQuestion",
    "HelpSection",
    "MeetingFact",
    "MenuItem",
    "RoomModule",
    "application",
    "called_by_machines",
    "longest_form",
    "permission",
    "signed_in",
]


def application() -> Application:
    """The installation as a view sees it: ``.db``, ``.plugins``, ``.clock``. Only while a request is answered."""
    from palabre_webui.context import web  # views need it; every other process imports this module too

    return web().application


def signed_in() -> SignedIn | None:
    """Who asks: ``id`` of the account, ``name``, ``email``, ``language``, ``time_zone``, ``is_operator``.

    Only while a request is answered; ``None`` for somebody who is not signed in to this tenant, which a view that
    declares the permission ``account`` never sees.
    """
    from palabre_webui.sign_in.present import signed_in as who

    return who()
