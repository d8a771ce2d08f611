"""Commands that plugins add."""

from __future__ import annotations

import click

from palabre.application import make_host
from palabre.hookspecs import features
from palabre.plugins.host import PluginHost
from palabre.plugins.loading import installed_specs, load_installed


def contributed_commands(plugins: PluginHost | None = None) -> dict[str, click.Command]:
    """The commands of every plugin that runs, by name.

    :param plugins: the host to ask; without it, the installed plugins are loaded.
    """
    if plugins is None:
        plugins = make_host(specs=installed_specs())
        load_installed(plugins)
    return {
        command.name: command
        for contribution in plugins.collect(features.commands)
        for command in contribution.value
        if command.name is not None
    }
