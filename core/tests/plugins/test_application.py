"""The plugins of a whole installation: their settings, commands, and what keeps them out."""

import click
import click.testing
import pytest
import structlog
from pydantic import Field

from palabre.application import create_application, make_host
from palabre.cli import contributed
from palabre.plugins.health import State
from palabre.toolkit import ConfigurationError, Section


class PollSection(Section):
    """Polls."""

    choices: int = Field(6, ge=2, description="Most choices of a poll.")


@pytest.fixture
def installation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = []

    def install(*plugins):
        host = make_host()
        for plugin in plugins:
            host.register(plugin)
        made.append(create_application(plugins=host))
        return made[-1]

    yield install
    for application in made:
        application.db.close()
    structlog.reset_defaults()  # a command writes logs elsewhere


def test_a_plugin_s_section_is_read(installation, plugin, tmp_path):
    (tmp_path / "palabre.toml").write_text("[poll]\nchoices = 4\n")
    application = installation(plugin("poll", settings=lambda: PollSection))
    assert application.settings.section("poll").choices == 4


def test_a_mistake_in_a_plugin_s_section_stops_the_start(installation, plugin, tmp_path):
    (tmp_path / "palabre.toml").write_text("[poll]\nchoises = 4\n")
    with pytest.raises(
        ConfigurationError, match=r"poll\.choises: no such setting\. Did you mean poll\.choices"
    ):
        installation(plugin("poll", settings=lambda: PollSection))


def test_a_plugin_that_cannot_say_its_settings_is_kept_out_and_its_section_left_alone(
    installation, plugin, tmp_path
):
    (tmp_path / "palabre.toml").write_text("[poll]\nchoices = 4\n")

    def settings():
        raise LookupError("no defaults")

    application = installation(plugin("poll", settings=settings), plugin("audit"))
    health = application.plugins.health["poll"]
    assert health.state is State.QUARANTINED
    assert health.reason == "it cannot say its settings: settings: LookupError: no defaults"
    assert [feature.name for feature in application.plugins.features()] == ["audit"]


def test_a_plugin_without_settings_has_no_section(installation, plugin, tmp_path):
    (tmp_path / "palabre.toml").write_text("[audit]\nlevel = 1\n")
    with pytest.raises(ConfigurationError, match="audit: no such setting"):
        installation(plugin("audit"))


def test_a_plugin_s_command_gets_the_application(installation, plugin, monkeypatch, capsys):
    @click.command("poll")
    @click.pass_obj
    def count(application):
        click.echo(f"{application.settings.section('poll').choices} choices")

    module = plugin("poll", settings=lambda: PollSection, commands=lambda: [count])
    monkeypatch.setattr(contributed, "load_installed", lambda host: host.register(module))

    from palabre.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["poll"])
    assert (ended.value.code, capsys.readouterr().out) == (0, "6 choices\n")


def test_what_is_built_in_is_on_the_same_contract(installation):
    application = installation()
    builtin = [name for name, health in application.plugins.health.items() if health.builtin]
    assert {"chat", "floor", "hands", "people", "reactions", "tracks"} <= set(builtin)
    assert application.plugins.features() == []
