"""Markers for hooks: what a plugin implements, and the four kinds a specification can be.

The kind of a hook says when it is called and what an exception in it means; the host applies that at
registration, so no caller can forget it.

=========  ============================================  =====================================================
kind       called                                        an exception
=========  ============================================  =====================================================
guard      inside the transaction; may write or refuse   refuses, with code ``plugin_failed`` unless ``Refused``
notify     after the commit                              is logged and counted; the others still run
collect    when asked                                    drops that plugin's contribution; the plugin is unhealthy
filter     when asked, each on the result of the last    skips that plugin; the value stays
=========  ============================================  =====================================================
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

import pluggy

PROJECT = "palabre"
#: Version of the hook contract. A plugin says which one it was written for.
API_VERSION = 1

_F = TypeVar("_F", bound=Callable[..., Any])

_hookspec = pluggy.HookspecMarker(PROJECT)
_hookimpl = pluggy.HookimplMarker(PROJECT)


class HookKind(Enum):
    """When a hook is called and what its failure means."""

    GUARD = "guard"
    NOTIFY = "notify"
    COLLECT = "collect"
    FILTER = "filter"


def hookimpl(function: _F) -> _F:
    """Mark a function or method as the implementation of the hook of the same name."""
    return _hookimpl(function)


def guard(function: _F) -> _F:
    """Specify a hook that may refuse by raising ``Refused``."""
    return _specify(function, HookKind.GUARD)


def notify(function: _F) -> _F:
    """Specify a hook that is told what happened."""
    return _specify(function, HookKind.NOTIFY)


def collect(function: _F) -> _F:
    """Specify a hook that contributes something."""
    return _specify(function, HookKind.COLLECT)


def filter_(function: _F) -> _F:
    """Specify a hook that may change a value, its first argument, by returning another."""
    return _specify(function, HookKind.FILTER)


def for_installation(function: _F) -> _F:
    """Say that a specified hook is called for every plugin that runs, whatever tenants have switched off.

    For what a process needs before it knows any tenant, such as the sections of the configuration.
    """
    function.palabre_for_installation = True  # type: ignore[attr-defined]
    return function


def is_for_installation(function: Callable[..., Any]) -> bool:
    """Whether a specification is called without asking for which tenant."""
    return getattr(function, "palabre_for_installation", False)


def kind_of(function: Callable[..., Any]) -> HookKind:
    """The kind a specification was declared with."""
    return cast("HookKind", getattr(function, "palabre_kind"))  # noqa: B009 - the attribute is set below


def _specify(function: _F, kind: HookKind) -> _F:
    function.palabre_kind = kind  # type: ignore[attr-defined]
    return _hookspec(function)
