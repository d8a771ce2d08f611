"""Hooks by which a plugin presents itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect, for_installation

if TYPE_CHECKING:
    import click

    from palabre.application import Application
    from palabre.config import Section
    from palabre.findings import Finding
    from palabre.plugins.features import Feature


@collect
@for_installation
def feature() -> Feature:
    """Say what this plugin is. Every plugin has this hook; without it the plugin is quarantined.

    Called when the plugin is registered, and whenever its title or description is shown, in the language of the
    person who reads it.

    :returns: name, title, description, level, whether it is on by default, and the version of the hook contract it
        was written for.
    """
    raise NotImplementedError


@collect
@for_installation
def settings() -> type[Section]:
    """Add a section of the plugin's name to the configuration.

    Called once when a process starts, before any tenant is known. A mistake in the section stops the start with
    a sentence that names file, key and the nearest right name.

    :returns: the model of the section, with a default for every field.
    """
    raise NotImplementedError


@collect
@for_installation
def commands() -> list[click.Command]:
    """Add commands to ``palabre``.

    Called when the command line is used; not called in the web, worker or media process.

    :returns: click commands or groups, the group named like the plugin. ``click.pass_obj`` gives them the application.
    """
    raise NotImplementedError


@collect
@for_installation
def examinations(application: Application) -> list[Finding]:
    """Try what the plugin needs of the machine, for ``palabre doctor``.

    Called by that command alone, for every plugin that runs. It may take a few seconds, and changes nothing.

    :returns: a finding for each thing; one that ``failed`` ends the command with status 1.
    """
    raise NotImplementedError
