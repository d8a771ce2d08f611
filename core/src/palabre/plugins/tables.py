"""Whose a table is. The core's are those of its model; a plugin's bear its name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table

from palabre.model import Base

CORE = "palabre"


def package_of(plugin: object) -> str:
    """Top-level package in which a plugin, a module or an object, was written."""
    module = (
        getattr(plugin, "__module__", None) or getattr(plugin, "__name__", None) or type(plugin).__module__
    )
    return str(module).partition(".")[0]


def tables_of(package: str) -> list[str]:
    """Names of the tables whose models were written in a package."""
    return sorted(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, Table) and mapper.class_.__module__.partition(".")[0] == package
    )


def owner_of(table: str, plugins: Collection[str]) -> str | None:
    """The core, or the plugin whose table it is; ``None`` when nobody known made it.

    :param plugins: names of the plugins that are installed.
    """
    if table in tables_of(CORE):
        return CORE
    prefixes = [name for name in plugins if table.startswith(f"{name}_")]
    return max(prefixes, key=len, default=None)
