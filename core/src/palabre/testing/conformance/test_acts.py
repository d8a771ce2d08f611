"""What the plugin does with whatever participants send."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from palabre.application import Application
from palabre.errors import Refused
from palabre.rooms import Act
from palabre.rooms.limits import RateLimits
from palabre.tenants import TenantContext
from palabre.testing.room import HeadlessRoom
from palabre.testing.under_test import PluginUnderTest

_RUBBISH: list[Any] = [
    None,
    "",
    "x" * 20_000,
    "<b>",
    "p0000000000000000",
    -1,
    10**30,
    0.5,
    True,
    [],
    {},
    ["x"],
    {"x": 1},
]


@pytest.fixture
def acts(
    application: Application, tenant_with: TenantContext, plugin_under_test: PluginUnderTest
) -> list[Act]:
    """The plugin's acts."""
    registry = application.rooms.registry(tenant_with)
    return [act for name, act in registry.acts.items() if registry.owners[name] == plugin_under_test.name]


def test_no_payload_makes_an_act_fail(
    application: Application, tenant_with: TenantContext, acts: list[Act], plugin_under_test: PluginUnderTest
) -> None:
    """Each is done or refused with a code and a sentence; no exception of another kind comes out."""
    for act in acts:
        room = HeadlessRoom.make(application, tenant=tenant_with)
        presenter, guest = room.person("Léa", role="presenter"), room.person("Sam")
        for payload in _payloads(act):
            application.rooms.limits = RateLimits()  # so that none is refused for its haste
            for person in (guest, presenter):
                try:
                    person.act(act.name, None, **payload)
                except Refused as refusal:
                    cause = refusal.__cause__
                    assert refusal.code != "plugin_failed", f"{act.name} {payload!r:.200}: {cause!r}"
                    assert refusal.message, f"{act.name}: refused with {refusal.code} and no sentence"
    health = application.plugins.health[plugin_under_test.name]
    assert not health.errors, health.reason


def test_every_act_says_who_may(acts: list[Act]) -> None:
    """Its rule has a name and a description, for the documentation."""
    for act in acts:
        assert act.allowed.name, f"{act.name}: its rule has no name"
        assert act.allowed.description, f"{act.name}: its rule {act.allowed.name} has no description"


def _payloads(act: Act) -> Iterator[dict[str, Any]]:
    yield {}
    yield {"no_such_field": 1}
    fields = list(act.payload.model_fields)
    for rubbish in _RUBBISH:
        yield dict.fromkeys(fields, rubbish)
