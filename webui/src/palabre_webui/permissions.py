"""Who may ask for an address: what the view declared is checked before it is called."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Flask, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from palabre_webui.context import web
from palabre_webui.declared import permission_of
from palabre_webui.sign_in import signed_in

log = structlog.get_logger(__name__)

#: Where the application keeps whose each plugin's blueprint is.
PLUGIN_OF = "palabre_plugin_of"
_TOKEN = "palabre_metrics_token"  # noqa: S105 - the name of an extension, not a token


def enforce(app: Flask, *, metrics_token: str | None) -> None:
    """Check the declared permission before each view of ``app``.

    :param metrics_token: lets monitoring in from other machines, as ``Authorization: Bearer …``.
    """
    app.extensions[_TOKEN] = metrics_token
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:  # no such address: 404 follows
        return None
    owner = current_app.extensions.get(PLUGIN_OF, {}).get(request.blueprint)
    if owner is not None and not web().application.plugins.is_on(owner):
        abort(404)  # before anybody is sent to sign in: where it is off, nothing tells that it exists
    name = permission_of(current_app.view_functions[request.endpoint])
    check = _CHECKS.get(name or "")
    if check is None:
        log.error("a view declares no permission that is known", endpoint=request.endpoint, declared=name)
        abort(403)
    if not check():
        is_stranger = name in ("account", "administrator") and signed_in() is None
        return _to_sign_in() if is_stranger else abort(403)
    return None


def _to_sign_in() -> ResponseReturnValue:
    """Who asks for a page signs in and comes back; a script is told."""
    if request.method != "GET" or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        abort(401)
    after = request.full_path.rstrip("?")
    return redirect(f"/account/sign-in?{urlencode({'next': after})}", 303)


def _is_administrator() -> bool:
    who = signed_in()
    return who is not None and who.is_operator


def _is_operator() -> bool:
    """Whoever asks from this machine, or knows the token."""
    token = current_app.extensions[_TOKEN]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return _is_loopback(request.remote_addr or "")


def _is_this_machine() -> bool:
    """Whoever asks from this machine, by a name of its own: no proxy's visitor, and no page that another site's name
    led here.
    """
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")):
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


_CHECKS: dict[str, Callable[[], bool]] = {
    "public": lambda: True,
    "account": lambda: signed_in() is not None,
    "administrator": _is_administrator,
    "operator": _is_operator,
    "this_machine": _is_this_machine,
}
