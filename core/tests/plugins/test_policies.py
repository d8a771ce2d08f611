"""What an exception in each kind of hook means."""

import pytest
from structlog.testing import capture_logs

from palabre.plugins.health import State
from palabre.plugins.policy import PluginFailed
from palabre.tenants import tenant_scope
from palabre.toolkit import Refused


def boom():
    raise ZeroDivisionError("boom")


@pytest.fixture(autouse=True)
def everything_is_on(tenant):
    with tenant_scope(tenant("first", "second", "third")):
        yield


def test_a_guard_lets_pass_what_nobody_refuses(host, plugin, specs):
    host.register(plugin("first", door_opening=lambda name: None))
    host.guard(specs.door_opening, name="Léa")


def test_a_guard_s_refusal_reaches_the_caller_as_it_is(host, plugin, specs):
    def door_opening(name):
        raise Refused("too_late", f"It is too late, {name}.")

    host.register(plugin("first", door_opening=door_opening))
    with pytest.raises(Refused) as refused:
        host.guard(specs.door_opening, name="Léa")
    assert (refused.value.code, refused.value.message) == ("too_late", "It is too late, Léa.")
    assert host.health["first"].state is State.ACTIVE


def test_a_guard_that_fails_refuses(host, plugin, specs):
    host.register(plugin("first", door_opening=boom))
    with pytest.raises(PluginFailed) as refused:
        host.guard(specs.door_opening, name="Léa")
    assert refused.value.code == "plugin_failed"
    assert isinstance(refused.value.__cause__, ZeroDivisionError)
    assert host.health["first"].state is State.UNHEALTHY


def test_a_notify_hook_that_fails_is_logged_and_the_others_still_run(host, plugin, specs, tenant):
    heard = []
    host.register(plugin("first", door_opened=lambda name: heard.append("first")))
    host.register(plugin("second", door_opened=boom))
    host.register(plugin("third", door_opened=lambda name: heard.append("third")))
    with capture_logs() as logs:
        host.notify(specs.door_opened, name="Léa", hour=9)
    assert sorted(heard) == ["first", "third"]
    assert [(log["plugin"], log["hook"], log["tenant"]) for log in logs] == [
        ("second", "door_opened", "default")
    ]
    assert host.health["second"].errors == {"door_opened": 1}
    assert "ZeroDivisionError: boom" in host.health["second"].reason


def test_a_notify_hook_cannot_refuse(host, plugin, specs):
    def door_opened(name):
        raise Refused("no", "No.")

    host.register(plugin("first", door_opened=door_opened))
    host.notify(specs.door_opened, name="Léa", hour=9)
    assert host.health["first"].errors == {"door_opened": 1}


def test_what_is_collected_carries_the_plugin_s_name_in_the_order_of_names(host, plugin, specs):
    for name in ("second", "first"):
        host.register(plugin(name, sweets=lambda for_whom: [f"cake for {for_whom}"]))
    found = host.collect(specs.sweets, for_whom="Léa")
    assert [(one.plugin, one.value) for one in found] == [
        ("first", ["cake for Léa"]),
        ("second", ["cake for Léa"]),
    ]


def test_a_contribution_that_fails_is_dropped_and_the_plugin_is_unhealthy(host, plugin, specs):
    host.register(plugin("first", sweets=boom))
    host.register(plugin("second", sweets=lambda for_whom: ["pie"]))
    assert [one.plugin for one in host.collect(specs.sweets, for_whom="Léa")] == ["second"]
    assert host.health["first"].state is State.UNHEALTHY


def test_none_contributes_nothing(host, plugin, specs):
    host.register(plugin("first", sweets=lambda for_whom: None))
    assert host.collect(specs.sweets, for_whom="Léa") == []


def test_filters_work_one_on_the_result_of_the_other_in_the_order_of_names(host, plugin, specs):
    host.register(plugin("second", greeting=lambda text, name: f"{text} How are you, {name}?"))
    host.register(plugin("first", greeting=lambda text: text.replace("Hello", "Good morning")))
    assert host.filter(specs.greeting, "Hello.", name="Léa") == "Good morning. How are you, Léa?"


def test_a_filter_that_fails_is_skipped(host, plugin, specs):
    host.register(plugin("first", greeting=boom))
    host.register(plugin("second", greeting=lambda text: text.upper()))
    assert host.filter(specs.greeting, "Hello.", name="Léa") == "HELLO."
    assert host.health["first"].errors == {"greeting": 1}


def test_a_filter_that_returns_none_leaves_the_value(host, plugin, specs):
    host.register(plugin("first", greeting=lambda text: None))
    assert host.filter(specs.greeting, "Hello.", name="Léa") == "Hello."


def test_strict_lets_every_exception_out(strict_host, plugin, specs):
    strict_host.register(
        plugin(
            "first",
            door_opening=boom,
            door_opened=boom,
            sweets=boom,
            greeting=boom,
        )
    )
    for call in (
        lambda: strict_host.guard(specs.door_opening, name="Léa"),
        lambda: strict_host.notify(specs.door_opened, name="Léa", hour=9),
        lambda: strict_host.collect(specs.sweets, for_whom="Léa"),
        lambda: strict_host.filter(specs.greeting, "Hello.", name="Léa"),
    ):
        with pytest.raises(ZeroDivisionError):
            call()


def test_calls_and_time_are_counted(host, plugin, specs):
    host.register(plugin("first", door_opened=lambda name: None))
    host.notify(specs.door_opened, name="Léa", hour=9)
    host.notify(specs.door_opened, name="Sam", hour=10)
    assert host.health["first"].calls == {"door_opened": 2}
    assert host.health["first"].seconds["door_opened"] > 0


def test_a_feature_hook_that_fails_later_does_not_hide_the_others(host, plugin):
    module = plugin("first")
    host.register(module)
    host.register(plugin("second"))
    module.feature = boom
    assert [one.name for one in host.features()] == ["first", "second"]
    assert host.health["first"].errors == {"feature": 1}
