"""What the plugin says about itself."""

from __future__ import annotations

import re

from palabre.i18n import LANGUAGES, language_scope
from palabre.plugins.health import State
from palabre.plugins.host import PluginHost
from palabre.testing.under_test import PluginUnderTest


def test_it_is_loaded(host: PluginHost, plugin_under_test: PluginUnderTest) -> None:
    """Nothing keeps it out."""
    health = host.health[plugin_under_test.name]
    assert health.state is State.ACTIVE, f"{plugin_under_test.name} is kept out: {health.reason}"


def test_it_presents_itself_in_every_language(host: PluginHost, plugin_under_test: PluginUnderTest) -> None:
    """A short title, and a description that is a sentence."""
    for language in LANGUAGES:
        with language_scope(language):
            feature = next(one for one in host.features() if one.name == plugin_under_test.name)
        assert 2 <= len(feature.title) <= 40, (
            f"{language}: the title has 2 to 40 characters: {feature.title!r}"
        )
        assert not feature.title.endswith("."), f"{language}: the title is no sentence: {feature.title!r}"
        assert re.fullmatch(r"\S.{8,200}[.!?]", feature.description), (
            f"{language}: the description is one sentence that ends like one: {feature.description!r}"
        )


def test_it_says_which_core_it_works_with(plugin_under_test: PluginUnderTest) -> None:
    """Its distribution has a version, and requires a range of palabre-core."""
    distribution = plugin_under_test.entry_point.dist
    assert distribution is not None
    assert distribution.version
    required = [one for one in distribution.requires or [] if re.match(r"palabre[-_]core\b", one)]
    assert required, "its dependencies do not name palabre-core"
    assert "<" in required[0] or "~=" in required[0], f"{required[0]} has no upper bound"


def test_its_module_can_be_imported_where_nothing_runs(plugin_under_test: PluginUnderTest) -> None:
    """Importing it needs no configuration, no database and no tenant."""
    assert plugin_under_test.module is not None
