"""Makes what a wheel contains and the repository does not: compiled translations, browser libraries.

Used by the ``setup.py`` of our distributions when they are built from the checkout. A source archive has no
``tools/``: it contains the results already.
"""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools.command.build_py import build_py as setuptools_build_py

import browser_libraries
import translations
from layout import VENDOR, package_of
from problems import Problem


class build_py(setuptools_build_py):  # noqa: N801 - a command's class has the command's name
    """setuptools' command, after making what is missing. An editable install is left to set-up."""

    def run(self) -> None:
        if not self.editable_mode:
            try:
                _complete(Path.cwd())
            except Problem as problem:
                sys.exit(str(problem))
        super().run()


def _complete(distribution: Path) -> None:
    package = package_of(distribution)
    translations.compile_(package)
    if VENDOR.is_relative_to(package) and not (VENDOR / "importmap.json").exists():
        if not browser_libraries.has_node():
            raise Problem(
                "The browser libraries are not there yet: run 'make run' once, or install Node.js "
                f"{browser_libraries.OLDEST_NODE} or later with npm, then try again."
            )
        browser_libraries.install()
