"""The plugin host: one for each application object, never a global.

Plugins are registered once for each process and gated for each tenant. Hooks are called through ``guard``, ``notify``,
``collect`` and ``filter``, which say in their names what may happen. They take the specification itself, so that a type
checker knows the arguments and the result::

    for contribution in plugins.collect(rooms.room_acts):
        contribution.plugin, contribution.value
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar

import pluggy
import structlog

from palabre import hookspecs
from palabre.plugins.features import Feature
from palabre.plugins.fitting import PluginError, ask_feature, check_hooks, check_tables
from palabre.plugins.health import Health, State
from palabre.plugins.markers import PROJECT, is_for_installation, kind_of
from palabre.plugins.policy import Contribution, enclose
from palabre.plugins.tables import package_of
from palabre.tenants.scope import current_tenant

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Installed:
    """A plugin that fits the contract, whether it runs or is kept out.

    :param plugin: the module or object with its hooks.
    :param feature: what it said it is, in the language the process started with.
    :param package: the Python package it is written in; ``migrations`` and ``translations`` are looked for there.
    """

    plugin: object
    feature: Feature
    package: str
    version: str

    @property
    def folder(self) -> Path | None:
        """Where the package's files are; ``None`` for a plugin that is a single module."""
        places = list(getattr(sys.modules.get(self.package), "__path__", ()))
        return Path(places[0]) if places else None


class PluginHost:
    """Registers plugins and calls their hooks.

    :param strict: let exceptions out of every kind of hook; for tests.
    :param specs: modules with hook specifications, beside the core's own.
    """

    def __init__(self, *, strict: bool = False, specs: Iterable[ModuleType] = ()) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._strict = strict
        self.installed: dict[str, Installed] = {}
        self.health: dict[str, Health] = {}
        for module in (*hookspecs.MODULES, *specs):
            self.add_hookspecs(module)

    def add_hookspecs(self, module: ModuleType) -> None:
        """Add the specifications of another distribution, such as the web's, before plugins are loaded."""
        self._manager.add_hookspecs(module)

    def register_builtin(self, plugin: object, name: str) -> None:
        """Register what the core itself brings: on the same contract, and always on."""
        self._register(plugin, Health(name, builtin=True), gated=False)

    def register(self, plugin: object, *, version: str = "") -> Feature:
        """Register a plugin.

        :raises PluginError: when it does not fit the contract.
        """
        feature = ask_feature(plugin)
        if feature.name in self.health:
            raise PluginError(f"another plugin is already named {feature.name}")
        package = package_of(plugin)
        check_tables(feature.name, package)
        self._register(plugin, Health(feature.name, version=version), gated=feature.level != "installation")
        self.installed[feature.name] = Installed(plugin, feature, package, version)
        return feature

    def quarantine(self, name: str, reason: str, *, version: str = "", until_upgraded: bool = False) -> None:
        """Keep a plugin out and remember why, in one sentence that follows its name.

        :param until_upgraded: upgrading its tables lets it run.
        """
        known = self.installed.get(name)
        if known is not None and self._manager.is_registered(known.plugin):
            self._manager.unregister(known.plugin)
        self.health[name] = Health(
            name,
            version=version or (known.version if known else ""),
            state=State.QUARANTINED,
            reason=reason,
            until_upgraded=until_upgraded,
        )
        log.warning("plugin quarantined", plugin=name, reason=reason)

    def release(self, name: str) -> None:
        """Let a plugin run that was kept out, when the reason is gone."""
        known = self.installed[name]
        if self.health[name].state is State.QUARANTINED:
            gated = known.feature.level != "installation"
            self._register(known.plugin, Health(name, version=known.version), gated=gated)

    def running(self) -> list[Installed]:
        """The plugins that run, by name; without the core's own."""
        return [
            known
            for name, known in sorted(self.installed.items())
            if self.health[name].state is not State.QUARANTINED
        ]

    def features(self) -> list[Feature]:
        """Features of the plugins that run, by name, in the language of the moment."""
        return [self._feature(known) for known in self.running()]

    def is_on(self, name: str) -> bool:
        """Whether a plugin runs and is switched on where the present code runs."""
        health, known = self.health.get(name), self.installed.get(name)
        if health is None or health.state is State.QUARANTINED:
            return False
        if known is None or known.feature.level == "installation":
            return True
        tenant = current_tenant()
        return tenant is not None and name in tenant.features

    def guard(self, hook: Callable[P, None], *args: P.args, **arguments: P.kwargs) -> None:
        """Ask every plugin whether something may happen, inside the caller's transaction.

        :raises Refused: from the first that refuses or fails.
        """
        self._caller(hook)(**arguments)

    def notify(self, hook: Callable[P, None], *args: P.args, **arguments: P.kwargs) -> None:
        """Tell every plugin what happened, after the commit. Never raises, unless strict."""
        self._caller(hook)(**arguments)

    def collect(self, hook: Callable[P, R], *args: P.args, **arguments: P.kwargs) -> list[Contribution[R]]:
        """What each plugin contributes, with the plugin's name; built-in ones first, then by name."""
        found: list[Contribution[R]] = self._caller(hook)(**arguments)
        return sorted(found, key=lambda one: (not self.health[one.plugin].builtin, one.plugin))

    def filter(
        self, hook: Callable[Concatenate[R, P], R], value: R, *args: P.args, **arguments: P.kwargs
    ) -> R:
        """``value`` after every plugin had its turn, by name; one that fails or returns ``None`` leaves it as it is."""
        caller = self._caller(hook)
        first = caller.spec.argnames[0]
        for implementation in sorted(caller.get_hookimpls(), key=lambda one: one.plugin_name):
            given = {**arguments, first: value}
            changed = implementation.function(*(given[name] for name in implementation.argnames))
            if changed is not None:
                value = changed.value
        return value

    def hooks(self) -> dict[str, Callable[..., Any]]:
        """Every specification by name."""
        return {
            name: caller.spec.function
            for name, caller in sorted(vars(self._manager.hook).items())
            if getattr(caller, "spec", None)
        }

    def _caller(self, hook: Callable[..., Any]) -> Any:
        return getattr(self._manager.hook, hook.__name__)

    def _feature(self, known: Installed) -> Feature:
        try:
            feature = ask_feature(known.plugin)
        except Exception as error:
            self.health[known.feature.name].failed("feature", error)
            return known.feature
        return feature

    def _register(self, plugin: object, health: Health, *, gated: bool) -> None:
        implemented = {
            name: getattr(plugin, name)
            for name in dir(plugin)
            if self._manager.parse_hookimpl_opts(plugin, name) is not None
        }
        check_hooks(
            implemented, {name: self._caller(hook).spec.argnames for name, hook in self.hooks().items()}
        )
        self._manager.register(plugin, health.name)
        for hook in implemented:
            caller = getattr(self._manager.hook, hook)
            spec = caller.spec.function
            for implementation in caller.get_hookimpls():
                if implementation.plugin is not plugin:
                    continue
                # final for type checkers; ours to enclose, because nothing has called it yet
                implementation.function = enclose(
                    implementation.function,
                    hook=hook,
                    kind=kind_of(spec),
                    health=health,
                    gated=gated and not is_for_installation(spec),
                    strict=self._strict,
                )
        self.health[health.name] = health
