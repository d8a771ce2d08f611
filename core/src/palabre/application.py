"""One installation as a process sees it: settings, database, plugins, rooms, clock. Never a global."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

from sqlalchemy.orm import Session

from palabre.clock import Clock, SystemClock
from palabre.config import Section, Settings, load_settings
from palabre.db import Database
from palabre.hookspecs import features
from palabre.invitations.links import Secret
from palabre.meetings.costs import Usage
from palabre.meetings.costs import begin_usage as usage_begins
from palabre.migrations.pending import hold_outdated_plugins
from palabre.model import Meeting, Tenant
from palabre.plugins.health import State
from palabre.plugins.host import PluginHost
from palabre.plugins.loading import installed_specs, load_installed
from palabre.rooms.builtin import BUILTIN
from palabre.rooms.rooms import Rooms
from palabre.tenants.service import site_of

#: Where a session carries the settings of its process.
_SETTINGS = "palabre_settings"
#: Where it carries the clock.
_CLOCK = "palabre_clock"
#: Where it carries the plugins.
_PLUGINS = "palabre_plugins"


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
) -> Application:
    """Build the application of this process.

    :param settings: read from the configuration when not given, with the plugins' sections.
    :param plugins: the host to use; without it, every installed plugin is loaded, with the specifications that
        installed distributions add.
    :raises ConfigurationError: when the configuration is wrong.
    """
    if plugins is None:
        plugins = make_host(specs=installed_specs())
        load_installed(plugins)
    if settings is None:
        settings = read_settings(plugins)
    clock = clock or SystemClock()
    database = Database(
        settings.database_url,
        pool_size=settings.database.pool_size,
        info={_SETTINGS: settings, _CLOCK: clock, _PLUGINS: plugins},
    )
    application = Application(settings, database, plugins, clock)
    hold_outdated_plugins(database, plugins)
    return application


def settings_of(session: Session, plugin: str) -> Section:
    """The section of the configuration that a plugin declared with the hook ``settings``.

    For guards, acts and services, which are given a session and no application.

    :param session: one that the application's database opened.
    """
    settings: Settings = session.info[_SETTINGS]
    return settings.section(plugin)


def clock_of(session: Session) -> Clock:
    """The clock of the process, for guards and services, which are given a session and no application.

    :param session: one that the application's database opened.
    """
    clock: Clock = session.info[_CLOCK]
    return clock


def begin_usage(session: Session, *, meeting: Meeting, usage: Usage) -> None:
    """Say, in the transaction in which it begins, that something with a price is used in a meeting.

    Where nobody sells it, nothing happens.

    :param session: one that the application's database opened, in the tenant's scope.
    :raises Refused: when it must not begin; whoever asked for it reads the message.
    :raises BadUsage: for what is not declared with the hook ``chargeables``.
    """
    usage_begins(session, plugins=session.info[_PLUGINS], meeting=meeting, usage=usage)


def site_address(session: Session, tenant_id: int) -> str:
    """Where people reach a tenant, without a slash at the end: for links in sentences and mails.

    :param session: one that the application's database opened.
    """
    settings: Settings = session.info[_SETTINGS]
    return site_of(session.get_one(Tenant, tenant_id), installation=settings.address)


def read_settings(plugins: PluginHost) -> Settings:
    """The configuration, with a section for each plugin that declares one.

    :raises ConfigurationError: when it is wrong.
    """
    sections = {one.plugin: one.value for one in plugins.collect(features.settings)}
    for name, health in list(plugins.health.items()):
        if health.errors["settings"]:
            plugins.quarantine(name, f"it cannot say its settings: {health.reason}")
    kept_out = [name for name, health in plugins.health.items() if health.state is State.QUARANTINED]
    return load_settings(sections=sections, ignored=kept_out)
