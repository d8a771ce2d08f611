"""The plugins' side of the web: their addresses, their files, their modules in the room page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog
from flask import Blueprint, Flask, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import PalabreError
from palabre.i18n import current_language
from palabre.model import Meeting, MeetingState
from palabre.plugins.host import PluginHost
from palabre_webui import hookspecs
from palabre_webui.assets import StaticTree
from palabre_webui.context import web
from palabre_webui.declared import permission
from palabre_webui.modules import MeetingFact, MenuItem
from palabre_webui.paths import own_path
from palabre_webui.permissions import PLUGIN_OF

log = structlog.get_logger(__name__)


class WebContributionError(PalabreError):
    """A plugin contributed something to the web that it may not."""


def plugin_trees(plugins: PluginHost) -> dict[str, StaticTree]:
    """The static files of every plugin that has some."""
    trees = {}
    for known in plugins.running():
        if known.folder and (known.folder / "static").is_dir():
            name = known.feature.name
            trees[name] = StaticTree(known.folder / "static", f"/plugins/{name}/static")
    return trees


def mount_plugins(app: Flask, plugins: PluginHost) -> None:
    """Put the plugins' blueprints below ``/plugins/<plugin>/``, each behind its tenant's switch."""
    for contribution in plugins.collect(hookspecs.blueprints):
        try:
            for blueprint in contribution.value:
                _mount(app, plugins, contribution.plugin, blueprint)
        except Exception as error:  # whatever a stranger's blueprint does, the others run
            log.exception("plugin's pages left out", plugin=contribution.plugin)
            plugins.health[contribution.plugin].failed("blueprints", error)
    app.register_blueprint(plugin_files)


def menu_items() -> list[MenuItem]:
    """The plugins' places in the navigation, in the tenant scope of the moment."""
    items = []
    for contribution in web().application.plugins.collect(hookspecs.menu_items):
        for item in contribution.value:
            if own_path(item.address) != item.address:
                log.error(
                    "a plugin's menu item leads elsewhere", plugin=contribution.plugin, address=item.address
                )
                continue
            items.append(item)
    return sorted(items, key=lambda item: (item.order, item.label))


def meeting_facts(session: Session, meeting: Meeting) -> list[MeetingFact]:
    """The plugins' lines on the page of a meeting, in the tenant scope of the moment."""
    facts = []
    for contribution in web().application.plugins.collect(
        hookspecs.meeting_facts, session=session, meeting=meeting
    ):
        for fact in contribution.value:
            if fact.address is not None and own_path(fact.address) != fact.address:
                log.error("a plugin's line leads elsewhere", plugin=contribution.plugin, address=fact.address)
                facts.append(replace(fact, address=None))
                continue
            facts.append(fact)
    return facts


def room_modules() -> list[dict[str, Any]]:
    """The modules for a room page, by plugin, in the tenant scope of the moment."""
    modules = []
    for contribution in web().application.plugins.collect(hookspecs.room_modules):
        tree = web().plugin_static.get(contribution.plugin)
        catalogue = f"i18n/{current_language()}.json"
        for module in contribution.value:
            if tree is None or not tree.has(module.path):
                log.error("a plugin's room module is missing", plugin=contribution.plugin, path=module.path)
                continue
            entry = {
                "plugin": contribution.plugin,
                "url": tree.url(module.path),
                "apiVersion": module.api_version,
            }
            if tree.has(catalogue):
                entry["catalogue"] = tree.url(catalogue)
            modules.append(entry)
    return modules


def _mount(app: Flask, plugins: PluginHost, plugin: str, blueprint: Blueprint) -> None:
    if blueprint.name != plugin and not blueprint.name.startswith(f"{plugin}_"):
        raise WebContributionError(f"{plugin}: its blueprint {blueprint.name} must be named {plugin}")
    app.extensions.setdefault(PLUGIN_OF, {})[blueprint.name] = plugin
    blueprint.before_request(_gate(plugins, plugin))
    app.register_blueprint(blueprint, url_prefix=f"/plugins/{plugin}{blueprint.url_prefix or ''}")


def _gate(plugins: PluginHost, plugin: str) -> Callable[[], None]:
    def gate() -> None:
        if not plugins.is_on(plugin):
            abort(404)

    return gate


plugin_files = Blueprint("plugin_files", __name__)


@plugin_files.get("/plugins/<plugin>/static/<digest>/<path:path>")
@permission("public")
def file(plugin: str, digest: str, path: str) -> ResponseReturnValue:
    """A static file of a plugin that is on for the tenant, or in a room that opened while it was."""
    tree = web().plugin_static.get(plugin)
    if tree is None or not (web().application.plugins.is_on(plugin) or _is_in_an_open_room(plugin)):
        abort(404)
    return tree.respond(digest, path)


def _is_in_an_open_room(plugin: str) -> bool:
    with web().application.db.reading() as session:
        pinned = session.scalars(select(Meeting.pinned_features).where(Meeting.state == MeetingState.LIVE))
        return any(plugin in (features or "").split() for features in pinned)
