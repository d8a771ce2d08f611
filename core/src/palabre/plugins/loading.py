"""Finding installed plugins, and keeping out those that cannot run."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

import structlog

from palabre.plugins.host import PluginError, PluginHost

log = structlog.get_logger(__name__)

GROUP = "palabre.plugins"


def load_installed(host: PluginHost) -> None:
    """Register every installed plugin, by name. One that fails is quarantined with a sentence; the rest runs."""
    for entry_point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        _load(host, entry_point)


def _load(host: PluginHost, entry_point: EntryPoint) -> None:
    version = entry_point.dist.version if entry_point.dist else ""
    try:
        feature = host.register(entry_point.load(), version=version)
        if feature.name != entry_point.name:
            host.quarantine(feature.name, "")
            del host.health[feature.name]
            raise PluginError(f"it is installed as {entry_point.name} and names itself {feature.name}")
    except PluginError as error:
        _quarantine(host, entry_point.name, str(error), version)
    except Exception as error:  # whatever a stranger's module raises, the others run
        log.error("plugin cannot be loaded", plugin=entry_point.name, exc_info=error)
        _quarantine(
            host, entry_point.name, f"it cannot be imported: {type(error).__name__}: {error}", version
        )


def _quarantine(host: PluginHost, name: str, reason: str, version: str) -> None:
    host.quarantine(name, reason, version=version)
    log.warning("plugin quarantined", plugin=name, reason=reason)
