"""Finding what is installed, and keeping out plugins that cannot run."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import structlog

from palabre.i18n import add_catalogue
from palabre.model import Base
from palabre.plugins.fitting import PluginError, ask_feature
from palabre.plugins.host import PluginHost

log = structlog.get_logger(__name__)

#: Entry points of plugins: ``poll = "palabre_poll.plugin"``.
GROUP = "palabre.plugins"
#: Entry points of modules with hook specifications that another distribution adds, such as the web's.
SPECS_GROUP = "palabre.hookspecs"


def installed_specs() -> list[ModuleType]:
    """Modules with hook specifications beside the core's own, by name. They are part of Palabre: an error is one."""
    return [found.load() for found in sorted(entry_points(group=SPECS_GROUP), key=lambda one: one.name)]


def load_installed(host: PluginHost) -> None:
    """Register every installed plugin, by name. One that fails is quarantined with a sentence; the rest runs."""
    for found in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        load(host, found)


def load(host: PluginHost, found: EntryPoint) -> None:
    """Register the plugin of one entry point, or quarantine it."""
    version = found.dist.version if found.dist else ""
    known_tables = set(Base.metadata.tables)
    try:
        plugin = found.load()
        name = ask_feature(plugin).name
        if name != found.name:
            raise PluginError(f"it is installed as {found.name} and names itself {name}")
        _refuse_nameless_tables(name, set(Base.metadata.tables) - known_tables)
        host.register(plugin, version=version)
        known = host.installed[name]
        if known.folder:
            add_catalogue(known.package)
    except PluginError as error:
        host.quarantine(found.name, str(error), version=version)
    except (Exception, SystemExit) as error:
        log.exception("plugin cannot be loaded", plugin=found.name)
        host.quarantine(
            found.name, f"it cannot be imported: {type(error).__name__}: {error}", version=version
        )


def _refuse_nameless_tables(name: str, tables: set[str]) -> None:
    # models are found by their module; this finds tables without a model, and those of imported packages
    for table in sorted(tables):
        if not table.startswith(f"{name}_"):
            raise PluginError(
                f"its table {table} must be named {name}_{table}: tables bear the plugin's name"
            )
