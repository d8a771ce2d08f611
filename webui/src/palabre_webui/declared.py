"""Declaring who may call a view; ``permissions`` checks it. Light, because plugins import it in every process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

#: ``public``: everybody. ``account``: who is signed in; whose things they may see is the view's affair, which does not
#: find anybody else's. ``operator``: whoever runs the installation. ``this_machine``: who sits at it, and comes
#: through no proxy.
Permission = Literal["public", "account", "operator", "this_machine"]

_ATTRIBUTE = "palabre_permission"


def permission(name: Permission) -> Callable[[_F], _F]:
    """Declare who may call a view. A view that declares nothing is never called."""

    def declare(view: _F) -> _F:
        setattr(view, _ATTRIBUTE, name)
        return view

    return declare


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """What a view declared; ``None`` when it declared nothing."""
    declared: Permission | None = getattr(view, _ATTRIBUTE, None)
    return declared
