"""What fits the contract, and the sentence for what does not."""

import re
import types

import pluggy
import pytest
from sqlalchemy.orm import Mapped, mapped_column

from palabre.plugins.fitting import PluginError
from palabre.plugins.health import State
from palabre.toolkit import Base, Feature, hookimpl


def refusal(host, plugin) -> str:
    with pytest.raises(PluginError) as refused:
        host.register(plugin)
    return str(refused.value)


def test_a_plugin_that_fits_is_registered_under_the_name_it_gives_itself(host, plugin):
    feature = host.register(plugin("poll"), version="1.2")
    assert feature.name == "poll"
    assert (host.health["poll"].state, host.health["poll"].version) == (State.ACTIVE, "1.2")
    assert [one.title for one in host.features()] == ["Poll"]


def test_a_class_s_instance_is_a_plugin_too(host, specs):
    class Poll:
        @hookimpl
        def feature(self):
            return Feature(name="poll", title="Poll", description="A poll.", api_version=1)

        @hookimpl
        def tools(self):
            return ["ballot box"]

    host.register(Poll())
    assert [one.value for one in host.collect(specs.tools)] == [["ballot box"]]


def test_a_hook_that_does_not_exist_is_named_with_the_nearest(host, plugin):
    said = refusal(host, plugin(sweet=lambda for_whom: []))
    assert said == "there is no hook sweet. Did you mean sweets?"


def test_an_argument_that_a_hook_is_not_given_is_named(host, plugin):
    said = refusal(host, plugin(door_opened=lambda name, minute: None))
    assert said == "its hook door_opened asks for minute, but is given name, hour"


def test_a_hook_may_take_fewer_arguments_than_it_is_given(strict_host, plugin, specs):
    heard = []

    def door_opened(hour):
        heard.append(hour)

    strict_host.register(plugin(feature={"level": "installation"}, door_opened=door_opened))
    strict_host.notify(specs.door_opened, name="Léa", hour=9)
    assert heard == [9]


def test_an_async_hook_is_refused_with_what_to_do_instead(host, plugin):
    async def door_opened(name):
        return None

    assert "hooks are plain functions" in refusal(host, plugin(door_opened=door_opened))


def test_a_hook_that_yields_is_refused(host, plugin):
    def sweets(for_whom):
        yield "cake"

    assert "its hook sweets yields" in refusal(host, plugin(sweets=sweets))


def test_a_plugin_that_does_not_say_what_it_is_is_refused(host):
    assert "it has no hook feature()" in refusal(host, types.ModuleType("palabre_nothing"))


def test_a_plugin_for_another_version_of_the_contract_is_refused(host, plugin):
    said = refusal(host, plugin(feature={"api_version": 7}))
    assert re.match(
        r"it was written for version 7 of the hook contract, and this Palabre speaks version \d", said
    )


@pytest.mark.parametrize("name", ["Poll", "1poll", "po", "poll-x", "poll_", "x" * 40, "po ll"])
def test_a_name_that_would_not_fit_tables_and_addresses_is_refused(host, plugin, name):
    assert "a name has 3 to 32 lower-case letters" in refusal(host, plugin(name, package="palabre_odd"))


@pytest.mark.parametrize("name", ["palabre", "database", "web", "data_dir"])
def test_a_name_of_the_core_s_is_refused(host, plugin, name):
    assert "which is a name of the core's" in refusal(host, plugin(name, package="palabre_odd"))


def test_two_plugins_of_one_name_cannot_both_run(host, plugin):
    host.register(plugin("poll"))
    assert refusal(host, plugin("poll")) == "another plugin is already named poll"


def test_a_plugin_cannot_take_the_name_of_something_built_in(host, plugin):
    host.register_builtin(types.ModuleType("chat"), "chat")
    assert refusal(host, plugin("chat")) == "another plugin is already named chat"


def test_a_plugin_that_was_refused_leaves_nothing_behind(host, plugin, specs):
    refusal(host, plugin(tools=lambda: ["hammer"], sweet=lambda for_whom: []))
    assert host.collect(specs.tools) == []
    assert "poll" not in host.health
    host.register(plugin("poll"))


def test_a_table_without_the_plugin_s_name_is_refused(host, plugin):
    class Choice(Base):
        __tablename__ = "choice_of_a_nameless_table"
        __module__ = "palabre_nameless.models"
        id: Mapped[int] = mapped_column(primary_key=True)

    try:
        said = refusal(host, plugin("nameless"))
        assert said.startswith("its table choice_of_a_nameless_table must be named nameless_choice_of")
    finally:
        Base.metadata.remove(Choice.__table__)
        Base.registry._dispose_cls(Choice)


def test_wrappers_of_pluggy_s_are_not_part_of_the_contract(host, plugin):
    module = plugin("poll")

    @pluggy.HookimplMarker("palabre")(wrapper=True)
    def sweets(for_whom):
        return (yield)

    module.sweets = sweets
    assert "its hook sweets yields" in refusal(host, module)
