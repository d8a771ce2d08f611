"""The plugin that the conformance suite looks at."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from palabre.plugins.loading import GROUP


@dataclass(frozen=True)
class PluginUnderTest:
    """An installed plugin.

    :param name: of its entry point, which has to be the name it gives itself.
    :param package: the top-level Python package it is written in.
    """

    name: str
    package: str
    entry_point: EntryPoint

    @property
    def module(self) -> object:
        """What has its hooks."""
        found: object = self.entry_point.load()
        return found

    @property
    def folder(self) -> Path:
        """Where the package's files are."""
        self.entry_point.load()
        return Path(str(sys.modules[self.package].__file__)).parent


def find_plugin(wanted: str) -> PluginUnderTest:
    """The installed plugin of a name, a package or a module."""
    for found in entry_points(group=GROUP):
        package = found.module.partition(".")[0]
        if wanted in (found.name, package, found.module):
            return PluginUnderTest(found.name, package, found)
    names = ", ".join(sorted(found.name for found in entry_points(group=GROUP))) or "none"
    pytest.fail(
        f"No plugin {wanted} is installed (there is: {names}). Install it first: pip install -e .",
        pytrace=False,
    )
