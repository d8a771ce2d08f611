"""Commands that plugins add. Their ``click.pass_obj`` gives them the application."""

from __future__ import annotations

import click

from palabre.application import create_application, make_host
from palabre.hookspecs import features
from palabre.plugins.host import PluginHost
from palabre.plugins.loading import installed_specs, load_installed


def contributed_command(ctx: click.Context, name: str) -> click.Command | None:
    """The command of that name that an installed plugin adds, with the application as its object."""
    plugins = make_host(specs=installed_specs())
    load_installed(plugins)
    found = contributed_commands(plugins).get(name)
    if found is not None:
        ctx.obj = create_application(plugins=plugins)
    return found


def contributed_commands(plugins: PluginHost) -> dict[str, click.Command]:
    """The commands of every plugin that runs, by name."""
    return {
        command.name: command
        for contribution in plugins.collect(features.commands)
        for command in contribution.value
        if command.name is not None
    }
