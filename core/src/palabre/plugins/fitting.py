"""Whether a plugin fits the contract: each thing that does not is one sentence for its author."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from palabre.config import Settings
from palabre.errors import PalabreError
from palabre.plugins.features import Feature
from palabre.plugins.markers import API_VERSION
from palabre.plugins.tables import tables_of

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}[a-z0-9]")
#: Names that would be taken for the core's own: its sections and its version table.
_RESERVED = frozenset(Settings.model_fields) | {"palabre", "core"}


class PluginError(PalabreError):
    """A plugin that cannot run; the message is the sentence the operator reads after its name."""


def ask_feature(plugin: object) -> Feature:
    """What a plugin says it is.

    :raises PluginError: when it does not say it, or was written for another contract.
    """
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
            f"it was written for version {feature.api_version} of the hook contract, and this Palabre speaks version "
            f"{API_VERSION}: install another version of the plugin"
        )
    if not _NAME.fullmatch(feature.name):
        raise PluginError(
            f"it names itself {feature.name!r}: a name has 3 to 32 lower-case letters, digits and _, and begins "
            "with a letter"
        )
    if feature.name in _RESERVED:
        raise PluginError(f"it names itself {feature.name}, which is a name of the core's")
    return feature


def check_hooks(
    implemented: Mapping[str, Callable[..., Any]], specified: Mapping[str, Collection[str]]
) -> None:
    """Refuse implementations that could never be called rightly.

    :param implemented: the plugin's functions by the hook they implement.
    :param specified: names of the arguments of each hook there is.
    :raises PluginError: for the first that does not fit.
    """
    for hook, function in implemented.items():
        if hook not in specified:
            near = difflib.get_close_matches(hook, specified, n=1)
            raise PluginError(f"there is no hook {hook}.{f' Did you mean {near[0]}?' if near else ''}")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise PluginError(
                f"its hook {hook} is an async function: hooks are plain functions; return at once and leave long "
                "work to a duty or a service"
            )
        if inspect.isgeneratorfunction(function):
            raise PluginError(f"its hook {hook} yields: hooks return at once, a list where there are several")
        unknown = [name for name in inspect.signature(function).parameters if name not in specified[hook]]
        if unknown:
            known = ", ".join(specified[hook]) or "nothing"
            raise PluginError(f"its hook {hook} asks for {', '.join(unknown)}, but is given {known}")


def check_tables(name: str, package: str) -> None:
    """Refuse tables that do not bear the plugin's name.

    :raises PluginError: naming the first of them.
    """
    for table in tables_of(package):
        if not table.startswith(f"{name}_"):
            raise PluginError(
                f"its table {table} must be named {name}_{table}: tables bear the plugin's name"
            )
