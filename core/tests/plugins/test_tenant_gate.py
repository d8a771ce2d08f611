"""One switch for a tenant covers every hook."""

import types

import pytest

from palabre.tenants import tenant_scope
from palabre.toolkit import hookimpl


@pytest.fixture
def calls(host, plugin):
    """A plugin on every kind of hook, and the hooks of it that were called."""
    heard = []
    host.register(
        plugin(
            "poll",
            door_opening=lambda name: heard.append("door_opening"),
            door_opened=lambda name: heard.append("door_opened"),
            sweets=lambda for_whom: heard.append("sweets"),
            greeting=lambda text: heard.append("greeting"),
        )
    )
    return heard


def call_all(host, specs):
    host.guard(specs.door_opening, name="Léa")
    host.notify(specs.door_opened, name="Léa", hour=9)
    host.collect(specs.sweets, for_whom="Léa")
    host.filter(specs.greeting, "Hello.", name="Léa")


def test_it_is_called_for_a_tenant_that_has_it_on(host, specs, calls, tenant):
    with tenant_scope(tenant("poll")):
        call_all(host, specs)
        assert host.is_on("poll")
    assert calls == ["door_opening", "door_opened", "sweets", "greeting"]


def test_it_is_silent_for_a_tenant_that_has_it_off(host, specs, calls, tenant):
    with tenant_scope(tenant("other")):
        call_all(host, specs)
        assert not host.is_on("poll")
    assert calls == []


def test_it_is_silent_where_no_tenant_is_known(host, specs, calls):
    call_all(host, specs)
    assert not host.is_on("poll")
    assert calls == []


def test_a_scope_inside_another_counts(host, specs, calls, tenant):
    with tenant_scope(tenant("poll")), tenant_scope(tenant()):
        call_all(host, specs)
    assert calls == []


def test_a_hook_for_the_installation_asks_no_tenant(host, plugin, specs, tenant):
    host.register(plugin("poll", tools=lambda: ["hammer"]))
    assert [one.value for one in host.collect(specs.tools)] == [["hammer"]]
    with tenant_scope(tenant()):
        assert [one.value for one in host.collect(specs.tools)] == [["hammer"]]


def test_a_plugin_of_the_installation_s_level_is_always_on(host, plugin, specs, tenant):
    host.register(plugin("audit", feature={"level": "installation"}, sweets=lambda for_whom: ["cake"]))
    assert len(host.collect(specs.sweets, for_whom="Léa")) == 1
    with tenant_scope(tenant()):
        assert len(host.collect(specs.sweets, for_whom="Léa")) == 1
        assert host.is_on("audit")


def test_what_is_built_in_cannot_be_switched_off(host, specs, tenant):
    builtin = types.SimpleNamespace(sweets=hookimpl(lambda for_whom: ["bread"]))
    host.register_builtin(builtin, "kitchen")
    with tenant_scope(tenant()):
        assert [one.value for one in host.collect(specs.sweets, for_whom="Léa")] == [["bread"]]
        assert host.is_on("kitchen")


def test_what_is_built_in_comes_before_the_plugins(host, plugin, specs, tenant):
    host.register(plugin("apples", sweets=lambda for_whom: ["apple"]))
    host.register_builtin(types.SimpleNamespace(sweets=hookimpl(lambda for_whom: ["bread"])), "kitchen")
    with tenant_scope(tenant("apples")):
        assert [one.plugin for one in host.collect(specs.sweets, for_whom="Léa")] == ["kitchen", "apples"]


def test_two_hosts_share_nothing(host, plugin, specs, tenant):
    from palabre.plugins.host import PluginHost

    other = PluginHost(specs=[specs])
    host.register(plugin("poll", sweets=lambda for_whom: ["cake"]))
    with tenant_scope(tenant("poll")):
        assert other.collect(specs.sweets, for_whom="Léa") == []
