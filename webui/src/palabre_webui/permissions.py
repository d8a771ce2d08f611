"""Who may ask for an address. Every view declares it; a view that declares nothing is never called."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue

log = structlog.get_logger(__name__)

_F = TypeVar("_F", bound=Callable[..., Any])

_ATTRIBUTE = "palabre_permission"
_TOKEN = "palabre_metrics_token"  # noqa: S105 - the name of an extension, not a token


def permission(name: str) -> Callable[[_F], _F]:
    """Declare who may call a view: ``public`` or ``operator``."""
    if name not in _CHECKS:
        raise ValueError(f"there is no permission {name!r}; there are {', '.join(sorted(_CHECKS))}")

    def declare(view: _F) -> _F:
        setattr(view, _ATTRIBUTE, name)
        return view

    return declare


def permission_of(view: Callable[..., Any] | None) -> str | None:
    """What a view declared; ``None`` when it declared nothing."""
    return getattr(view, _ATTRIBUTE, None)


def enforce(app: Flask, *, metrics_token: str | None) -> None:
    """Check the declared permission before each view of ``app``.

    :param metrics_token: lets monitoring in from other machines, as ``Authorization: Bearer …``.
    """
    app.extensions[_TOKEN] = metrics_token
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:  # no such address: 404 follows
        return None
    name = permission_of(current_app.view_functions[request.endpoint])
    if name is None:
        log.error("a view declares no permission", endpoint=request.endpoint)
        abort(403)
    if not _CHECKS[name]():
        abort(403)
    return None


def _is_operator() -> bool:
    """Whoever asks from this machine, or knows the token."""
    token = current_app.extensions[_TOKEN]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


_CHECKS: dict[str, Callable[[], bool]] = {"public": lambda: True, "operator": _is_operator}
