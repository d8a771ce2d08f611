"""Declaring who may call a view; ``permissions`` checks it. Light, because plugins import it in every process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

#: ``public``: everybody. ``account``: who is signed in; whose things they may see is the view's affair, which does not
#: find anybody else's. ``administrator``: who is signed in with an account that administers the tenant, such as the
#: operator's. ``operator``: whoever runs the installation, from its own machine or with the token.
#: ``this_machine``: who sits at it, and comes through no proxy.
Permission = Literal["public", "account", "administrator", "operator", "this_machine"]

_ATTRIBUTE = "palabre_permission"
_BY_MACHINES = "palabre_called_by_machines"
_LONGEST = "palabre_longest_form"
_RATE = "palabre_rate"


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


def called_by_machines(view: _F) -> _F:
    """Say that other services call a view, such as a payment provider: no form token is asked of them.

    The view has to find out by itself whether what comes is genuine, and must not believe a cookie; it counts only for
    views that declare the permission ``public``.
    """
    setattr(view, _BY_MACHINES, True)
    return view


def is_called_by_machines(view: Callable[..., Any]) -> bool:
    """Whether a view asks for no form token."""
    return bool(getattr(view, _BY_MACHINES, False)) and permission_of(view) == "public"


def longest_form(size: int) -> Callable[[_F], _F]:
    """Say that more may be sent to a view than the usual 64 KiB, such as a file.

    :param size: bytes of the whole request.
    """

    def declare(view: _F) -> _F:
        setattr(view, _LONGEST, size)
        return view

    return declare


def longest_form_of(view: Callable[..., Any]) -> int | None:
    """How much may be sent to a view; ``None`` for the usual."""
    size: int | None = getattr(view, _LONGEST, None)
    return size


def limited(rate: str) -> Callable[[_F], _F]:
    """Say how often one visitor's address may call a view: ``"10 per minute"``. More is answered with 429."""

    def declare(view: _F) -> _F:
        setattr(view, _RATE, rate)
        return view

    return declare


def rate_of(view: Callable[..., Any]) -> str | None:
    """How often a view may be called; ``None`` for as often as anybody likes."""
    rate: str | None = getattr(view, _RATE, None)
    return rate
