"""Where a plugin shows. The conformance suite asks each surface what it shows of a plugin that is switched off.

Another distribution adds its own with pytest's hook ``pytest_palabre_surfaces``, in a plugin of pytest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palabre.application import Application
    from palabre.tenants import TenantContext


@dataclass(frozen=True)
class Surface:
    """A place where a plugin can show.

    :param shown: what of the plugin of a name shows there for a tenant, in words; empty when nothing does.
    """

    name: str
    shown: Callable[[Application, TenantContext, str], list[str]]


def hooks(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """The hooks of the plugin that are called while a meeting takes its course."""
    from palabre.plugins.markers import is_for_installation
    from palabre.testing.room import HeadlessRoom

    health = application.plugins.health[plugin]
    before = health.calls.copy()
    room = HeadlessRoom.make(application, tenant=tenant)
    lea = room.person("Léa", role="presenter")
    sam = room.person("Sam")
    sam.act("raise_hand")
    sam.act("leave")
    lea.act("end_for_all")
    specifications = application.plugins.hooks()
    return sorted(hook for hook in health.calls - before if not is_for_installation(specifications[hook]))


def acts(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """The acts of the plugin that a room knows."""
    registry = application.rooms.registry(tenant)
    return sorted(name for name, owner in registry.owners.items() if owner == plugin)


def state(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """The plugin's part in what a participant sees of a room."""
    from palabre.testing.room import HeadlessRoom

    room = HeadlessRoom.make(application, tenant=tenant)
    return [name for name in room.person("Léa").state()["slices"] if name == plugin]


def track_sources(application: Application, tenant: TenantContext, plugin: str) -> list[str]:
    """Sources that are there only while the plugin is on."""
    with_it = application.rooms.registry(tenant.with_features(tenant.features | {plugin})).sources
    without = application.rooms.registry(tenant.with_features(tenant.features - {plugin})).sources
    here = application.rooms.registry(tenant).sources
    return sorted(name for name in with_it if name not in without and name in here)


#: The core's own.
SURFACES = [
    Surface("hooks", hooks),
    Surface("acts", acts),
    Surface("room state", state),
    Surface("track sources", track_sources),
]
