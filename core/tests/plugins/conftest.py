from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from palabre.plugins.host import PluginHost
from palabre.tenants import TenantContext
from palabre.toolkit import Feature, hookimpl

sys.path.insert(0, str(Path(__file__).parent))

import example_specs

MakePlugin = Callable[..., types.ModuleType]


def make_plugin(
    name: str = "poll", /, *, package: str = "", feature: dict[str, object] | None = None, **hooks
):
    """A plugin as a module, with the hooks that are given as functions."""
    module = types.ModuleType(package or f"palabre_{name}")
    said = {
        "name": name,
        "title": name.title(),
        "description": f"A {name}.",
        "api_version": 1,
        **(feature or {}),
    }
    module.feature = hookimpl(lambda: Feature(**said))
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


@pytest.fixture
def specs() -> types.ModuleType:
    return example_specs


@pytest.fixture
def host() -> PluginHost:
    return PluginHost(specs=[example_specs])


@pytest.fixture
def strict_host() -> PluginHost:
    return PluginHost(specs=[example_specs], strict=True)


@pytest.fixture
def plugin() -> MakePlugin:
    return make_plugin


@pytest.fixture
def tenant() -> Callable[..., TenantContext]:
    def make(*features: str) -> TenantContext:
        return TenantContext(1, "default", "Default", frozenset(features))

    return make
