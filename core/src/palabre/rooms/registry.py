"""What a room can do with one set of features: acts, slices and track sources, collected from the plugins once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from palabre.errors import PalabreError
from palabre.hookspecs import rooms as hooks
from palabre.plugins.host import PluginHost
from palabre.plugins.policy import Contribution
from palabre.rooms.acts import Act, Slice, TrackSource
from palabre.rooms.events import Event
from palabre.rooms.reducers import CORE
from palabre.rooms.state import RoomState

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


class ContributionError(PalabreError):
    """A plugin contributed something to rooms that it may not; the contribution is dropped."""


@dataclass(frozen=True)
class Registry:
    """Acts, slices and track sources by name.

    :param owners: the plugin of each act.
    """

    plugins: PluginHost
    acts: dict[str, Act]
    owners: dict[str, str]
    slices: dict[str, Slice]
    sources: dict[str, TrackSource]

    @classmethod
    def collect(cls, plugins: PluginHost) -> Registry:
        """Ask the plugins that are on in the tenant scope of the moment.

        What a plugin may not contribute (an act without its prefix, a name that is taken) is dropped, and the plugin
        is unhealthy; the others' contributions stay.
        """
        registry = cls(plugins, {}, {}, {}, {})
        for acts in plugins.collect(hooks.room_acts):
            registry._accept("room_acts", acts, registry._add_acts)
        for made in plugins.collect(hooks.room_slice):
            registry._accept("room_slice", made, registry._add_slice)
        for sources in plugins.collect(hooks.track_sources):
            registry._accept("track_sources", sources, registry._add_sources)
        return registry

    def is_builtin(self, plugin: str) -> bool:
        """Whether the core itself brings it."""
        return self.plugins.health[plugin].builtin

    def empty_slices(self) -> dict[str, Any]:
        """The slices of an empty room."""
        return {name: made.initial() for name, made in self.slices.items()}

    def apply(self, state: RoomState, event: Event) -> None:
        """Fold one event into the state: the core's part, then every slice that wants it.

        A plugin's slice that cannot digest an event stays as it is, so that one plugin's fault closes no room.
        """
        reducer = CORE.get(event.kind)
        if reducer is not None:
            reducer(state, event)
        if event.kind in ("opened", "ended"):
            state.slices = self.empty_slices()
        for name, made in self.slices.items():
            change = made.apply.get(event.kind)
            if change is None:
                continue
            if self.is_builtin(name):
                change(state.slices[name], event)
                continue
            try:
                change(state.slices.setdefault(name, made.initial()), event)
            except Exception as error:
                self.failed(name, "room_slice", error)

    def failed(self, plugin: str, hook: str, error: Exception) -> None:
        """Note that what a plugin contributed failed later, in use."""
        self.plugins.health[plugin].failed(hook, error)
        log.error("plugin failed in a room", plugin=plugin, hook=hook, exc_info=error)

    def _accept(self, hook: str, given: Contribution[_T], add: Callable[[str, _T], None]) -> None:
        try:
            add(given.plugin, given.value)
        except Exception as error:
            if self.is_builtin(given.plugin):
                raise
            self.failed(given.plugin, hook, error)

    def _add_acts(self, plugin: str, acts: list[Act]) -> None:
        for act in acts:
            if not self.is_builtin(plugin) and not act.name.startswith(f"{plugin}."):
                raise ContributionError(f"its act {act.name} must be named {plugin}.{act.name}")
        for act in acts:
            _add(self.acts, act.name, act)
            self.owners[act.name] = plugin

    def _add_slice(self, plugin: str, made: Slice) -> None:
        if made.name != plugin:
            raise ContributionError(f"its slice must bear its own name, not {made.name}")
        made.initial()
        _add(self.slices, made.name, made)

    def _add_sources(self, _plugin: str, sources: list[TrackSource]) -> None:
        for source in sources:
            _add(self.sources, source.name, source)


def _add(where: dict[str, _T], name: str, value: _T) -> None:
    if name in where:
        raise ContributionError(f"another plugin already contributes {name}")
    where[name] = value
