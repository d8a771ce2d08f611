"""Where a plugin shows in the web: the room page and its own addresses, asked for as a browser does."""

from __future__ import annotations

import json
import re
from typing import Any

from flask.testing import FlaskClient

from palabre.application import Application
from palabre.tenants import TenantContext
from palabre.testing.room import HeadlessRoom
from palabre.testing.surfaces import Surface
from palabre_webui.server import create_web

_CONFIG = re.compile(r'<script[^>]*id="palabre-room"[^>]*>(.*?)</script>', re.DOTALL)


def room_modules(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """The plugin's modules that the room page names."""
    room = HeadlessRoom.make(application, tenant=tenant)
    page = _client(application).get(f"/join/{room.link()}")
    assert page.status_code == 200, page.get_data(as_text=True)
    config: dict[str, Any] = json.loads(_CONFIG.findall(page.get_data(as_text=True))[0])
    return [module["url"] for module in config["modules"] if module["plugin"] == plugin]


def addresses(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """Addresses below ``/plugins/<plugin>/`` that answer with something else than *not found*."""
    del tenant  # it is the one tenant of the installation, and answers to every host name
    client = _client(application)
    return [
        f"{path}: {status}"
        for path in _paths(client, plugin)
        if (status := client.get(path).status_code) != 404
    ]


def _client(application: Application) -> FlaskClient:
    return create_web(application).app.test_client()


def _paths(client: FlaskClient, plugin: str) -> list[str]:
    """What can be asked for: pages without a parameter, and every static file."""
    app = client.application
    pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"/plugins/{plugin}/") and not rule.arguments
    ]
    tree = app.extensions["palabre"].plugin_static.get(plugin)
    if tree is None:
        return pages
    files = [path.relative_to(tree.folder).as_posix() for path in tree.folder.rglob("*") if path.is_file()]
    return pages + [tree.url(path) for path in files]


#: The web's own.
SURFACES = [Surface("room page", room_modules), Surface("addresses", addresses)]
