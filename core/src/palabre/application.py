"""One installation as a process sees it: settings, database, plugins, rooms, clock. Never a global."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

from palabre.clock import Clock, SystemClock
from palabre.config import Settings, load_settings
from palabre.db import Database
from palabre.invitations.links import Secret
from palabre.plugins.host import PluginHost
from palabre.plugins.loading import load_installed
from palabre.rooms.builtin import BUILTIN
from palabre.rooms.rooms import Rooms


@dataclass(frozen=True)
class Application:
    """What a process builds once and hands to everything it runs."""

    settings: Settings
    db: Database
    plugins: PluginHost
    clock: Clock

    @cached_property
    def rooms(self) -> Rooms:
        """The rooms of this process."""
        return Rooms(self.plugins, self.clock)

    @cached_property
    def secret(self) -> Secret:
        """The installation's secret."""
        return Secret.of_installation(self.settings.data_dir)


def make_host(*, strict: bool = False, specs: Iterable[ModuleType] = ()) -> PluginHost:
    """A plugin host with what the core itself brings, and no other plugin."""
    host = PluginHost(strict=strict, specs=specs)
    for name, module in BUILTIN.items():
        host.register_builtin(module, name)
    return host


def create_application(
    settings: Settings | None = None,
    *,
    plugins: PluginHost | None = None,
    clock: Clock | None = None,
    specs: Iterable[ModuleType] = (),
) -> Application:
    """Build the application of this process.

    :param settings: read from the configuration when not given, with the plugins' sections.
    :param plugins: the host to use; without it, every installed plugin is loaded.
    :param specs: hook specifications of other distributions, known before plugins are loaded.
    :raises ConfigurationError: when the configuration is wrong.
    """
    if plugins is None:
        plugins = make_host(specs=specs)
        load_installed(plugins)
    if settings is None:
        settings = load_settings(
            sections={one.plugin: one.value for one in plugins.collect("settings")},
        )
    database = Database(settings.database.url, pool_size=settings.database.pool_size)
    return Application(settings, database, plugins, clock or SystemClock())
