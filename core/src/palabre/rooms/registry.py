"""What a room can do with one set of features: acts, slices and track sources, collected from the plugins once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from palabre.errors import PalabreError
from palabre.plugins.host import PluginHost
from palabre.plugins.policy import Contribution
from palabre.rooms.acts import Act, Slice, TrackSource
from palabre.rooms.events import Event
from palabre.rooms.reducers import CORE
from palabre.rooms.state import RoomState


class ContributionError(PalabreError):
    """A plugin contributed something to rooms that it may not."""


@dataclass(frozen=True)
class Registry:
    """Acts, slices and track sources by name."""

    acts: dict[str, Act]
    slices: dict[str, Slice]
    sources: dict[str, TrackSource]

    @classmethod
    def collect(cls, plugins: PluginHost) -> Registry:
        """Ask the plugins that are on in the tenant scope of the moment.

        :raises ContributionError: for an act without its plugin's prefix, or two of the same name.
        """
        acts: dict[str, Act] = {}
        slices: dict[str, Slice] = {}
        sources: dict[str, TrackSource] = {}
        for contribution in plugins.collect("room_acts"):
            for act in contribution.value:
                _check_prefix(plugins, contribution, act.name)
                _add(acts, act.name, act, contribution.plugin)
        for contribution in plugins.collect("room_slice"):
            if contribution.value.name != contribution.plugin:
                raise ContributionError(
                    f"{contribution.plugin}: its slice must bear its own name, not {contribution.value.name}"
                )
            slices[contribution.plugin] = contribution.value
        for contribution in plugins.collect("track_sources"):
            for source in contribution.value:
                _add(sources, source.name, source, contribution.plugin)
        return cls(acts, slices, sources)

    def empty_slices(self) -> dict[str, Any]:
        """The slices of an empty room."""
        return {name: made.initial() for name, made in self.slices.items()}

    def apply(self, state: RoomState, event: Event) -> None:
        """Fold one event into the state: the core's part, then every slice that wants it."""
        reducer = CORE.get(event.kind)
        if reducer is not None:
            reducer(state, event)
        for name, made in self.slices.items():
            change = made.apply.get(event.kind)
            if change is not None:
                change(state.slices.setdefault(name, made.initial()), event)
        if event.kind == "ended":
            state.slices = self.empty_slices()


def _check_prefix(plugins: PluginHost, contribution: Contribution, name: str) -> None:
    if plugins.health[contribution.plugin].builtin:
        return
    if not name.startswith(f"{contribution.plugin}."):
        raise ContributionError(
            f"{contribution.plugin}: its act {name} must be named {contribution.plugin}.{name}"
        )


def _add(where: dict[str, Any], name: str, value: object, plugin: str) -> None:
    if name in where:
        raise ContributionError(f"{plugin}: another plugin already contributes {name}")
    where[name] = value
