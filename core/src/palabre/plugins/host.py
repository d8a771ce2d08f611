"""The plugin host: one for each application object, never a global.

Plugins are registered once for each process and gated for each tenant. Call hooks through ``guard``, ``notify``,
``collect`` and ``filter``, which say in their names what may happen.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pluggy

from palabre import hookspecs
from palabre.errors import PalabreError
from palabre.plugins.features import Feature, Level
from palabre.plugins.health import Health, State
from palabre.plugins.markers import API_VERSION, PROJECT, kind_of
from palabre.plugins.policy import Contribution, enclose
from palabre.tenants.scope import current_tenant


class PluginError(PalabreError):
    """A plugin that cannot be registered; the message is the sentence the operator reads."""


class PluginHost:
    """Registers plugins and calls their hooks.

    :param strict: let exceptions out of every kind of hook; for tests.
    :param specs: modules with hook specifications, beside the core's own.
    """

    def __init__(self, *, strict: bool = False, specs: Iterable[ModuleType] = ()) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._strict = strict
        self._features: dict[str, Any] = {}
        self.health: dict[str, Health] = {}
        for module in (*hookspecs.MODULES, *specs):
            self._manager.add_hookspecs(module)

    def add_hookspecs(self, module: ModuleType) -> None:
        """Add the specifications of another distribution, such as the web's, before plugins are loaded."""
        self._manager.add_hookspecs(module)

    def register_builtin(self, plugin: object, name: str) -> None:
        """Register what the core itself brings: on the same contract, and always on."""
        self._register(plugin, Health(name, builtin=True))

    def register(self, plugin: object, *, version: str = "") -> Feature:
        """Register a plugin.

        :raises PluginError: when it has no ``feature``, was written for another contract, or implements a hook wrongly.
        """
        feature = self._ask_feature(plugin)
        self._register(plugin, Health(feature.name, version=version))
        self._features[feature.name] = plugin
        return feature

    def quarantine(self, name: str, reason: str, *, version: str = "") -> None:
        """Keep a plugin out and remember why, in one sentence."""
        plugin = self._features.pop(name, None)
        if plugin is not None:
            self._manager.unregister(plugin)
        self.health[name] = Health(name, version=version, state=State.QUARANTINED, reason=reason)

    def features(self) -> list[Feature]:
        """Features of the plugins that run, by name, in the language of the moment."""
        return [plugin.feature() for _, plugin in sorted(self._features.items())]

    def plugin(self, name: str) -> Any:
        """The registered plugin of that name; ``None`` when there is none."""
        return self._features.get(name)

    def is_on(self, name: str) -> bool:
        """Whether a plugin runs and is switched on where the present code runs."""
        tenant = current_tenant()
        return name in self._features and (tenant is None or name in tenant.features)

    def guard(self, hook: str, **arguments: Any) -> None:
        """Ask every plugin whether something may happen, inside the caller's transaction.

        :raises Refused: from the first that refuses or fails.
        """
        getattr(self._manager.hook, hook)(**arguments)

    def notify(self, hook: str, **arguments: Any) -> None:
        """Tell every plugin what happened, after the commit. Never raises, unless strict."""
        getattr(self._manager.hook, hook)(**arguments)

    def collect(self, hook: str, **arguments: Any) -> list[Contribution]:
        """What each plugin contributes, with the plugin's name; built-in ones first, then by name."""
        found: list[Contribution] = getattr(self._manager.hook, hook)(**arguments)
        return sorted(found, key=lambda one: (not self.health[one.plugin].builtin, one.plugin))

    def filter(self, hook: str, value: Any, **arguments: Any) -> Any:
        """``value`` after every plugin had its turn; one that fails or returns ``None`` leaves it as it is."""
        caller = getattr(self._manager.hook, hook)
        first = next(iter(caller.spec.argnames))
        for implementation in sorted(caller.get_hookimpls(), key=lambda one: one.plugin_name):
            given = {first: value, **arguments}
            changed = implementation.function(*(given[name] for name in implementation.argnames))
            if changed is not None:
                value = changed.value
        return value

    def hooks(self) -> dict[str, Any]:
        """Every specification by name."""
        return {name: caller.spec for name, caller in sorted(vars(self._manager.hook).items()) if caller.spec}

    def _ask_feature(self, plugin: object) -> Feature:
        ask = getattr(plugin, "feature", None)
        if ask is None:
            raise PluginError(
                "it has no hook feature(), which says its name and for which contract it was written"
            )
        feature = ask()
        if not isinstance(feature, Feature):
            raise PluginError(f"its hook feature() returned {feature!r} and not a Feature")
        if feature.api_version != API_VERSION:
            raise PluginError(
                f"it was written for version {feature.api_version} of the hook contract, and this Palabre speaks "
                f"version {API_VERSION}: install another version of the plugin"
            )
        if feature.name in self.health:
            raise PluginError(f"another plugin is already named {feature.name}")
        return feature

    def _register(self, plugin: object, health: Health) -> None:
        self._refuse_coroutines(plugin)
        try:
            self._manager.register(plugin, health.name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            if self._manager.get_plugin(health.name) is plugin:
                self._manager.unregister(plugin)
            raise PluginError(f"one of its hooks does not fit: {str(error).splitlines()[0]}") from error
        for caller in self._manager.get_hookcallers(plugin) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin and caller.spec is not None:
                    enclosed = enclose(
                        implementation.function,
                        hook=caller.name,
                        kind=kind_of(caller.spec.function),
                        health=health,
                        gated=lambda: self._is_gated(health),
                        strict=self._strict,
                    )
                    setattr(implementation, "function", enclosed)  # noqa: B010 - final for types, ours to enclose
        self.health[health.name] = health

    def _is_gated(self, health: Health) -> bool:
        if health.builtin:
            return False
        plugin = self._features.get(health.name)
        return plugin is None or plugin.feature().level is not Level.INSTALLATION

    def _refuse_coroutines(self, plugin: object) -> None:
        for name in dir(plugin):
            if not inspect.iscoroutinefunction(getattr(plugin, name, None)):
                continue
            if self._manager.parse_hookimpl_opts(plugin, name) is not None:
                raise PluginError(
                    f"its hook {name} is an async function: hooks are plain functions; return at once and leave "
                    "long work to a duty or a service"
                )
