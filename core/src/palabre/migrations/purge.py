"""Taking away everything a plugin keeps in the database, whether it is still installed or not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, delete, func, inspect, select, table

from palabre.db import Database
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.migrations.owners import Owner, owners, version_table
from palabre.migrations.runner import Migrations
from palabre.model import TenantFeature
from palabre.plugins.host import PluginHost
from palabre.plugins.tables import owner_of


@dataclass(frozen=True)
class Purge:
    """What a purge takes away.

    :param tables: rows of each table of the plugin.
    :param choices: tenants that chose to have it on or off.
    """

    plugin: str
    tables: dict[str, int]
    choices: int


def plan_purge(database: Database, plugins: PluginHost, plugin: str) -> Purge:
    """What ``purge`` would take away.

    :raises NotFound: code ``nothing_to_purge``, when the database knows nothing of the plugin.
    """
    if not database.is_there():
        raise _nothing(plugin)
    with database.engine.connect() as connection:
        tables = {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in _tables(connection, plugins, plugin)
        }
        choices = 0
        if inspect(connection).has_table(TenantFeature.__tablename__):
            choices = (
                connection.scalar(
                    select(func.count()).select_from(TenantFeature).where(TenantFeature.feature == plugin)
                )
                or 0
            )
        known = inspect(connection).has_table(version_table(plugin))
    if not tables and not choices and not known:
        raise _nothing(plugin)
    return Purge(plugin, tables, choices)


def purge(database: Database, plugins: PluginHost, plugin: str) -> Purge:
    """Take it away: tables, version table, tenants' choices. What it wrote into journals stays: they are the
    meetings' history.

    :returns: what was taken away.
    :raises NotFound: code ``nothing_to_purge``, when the database knows nothing of the plugin.
    :raises MigrationFailed: when its own way back fails; what is left can be purged again after it is uninstalled.
    """
    planned = plan_purge(database, plugins, plugin)
    owner = _installed(plugins, plugin)
    if owner is not None:
        Migrations(database, owner).downgrade()
    with database.engine.connect() as connection:
        connection.execution_options(palabre_writes=True)
        with connection.begin():
            _drop(connection, [*_tables(connection, plugins, plugin), version_table(plugin)])
            if inspect(connection).has_table(TenantFeature.__tablename__):
                connection.execute(delete(TenantFeature).where(TenantFeature.feature == plugin))
    return planned


def orphans(database: Database, plugins: PluginHost) -> list[str]:
    """Tables that neither the core nor an installed plugin owns."""
    if not database.is_there():
        return []
    names = frozenset(plugins.installed)
    known = {version_table(owner.name) for owner in owners(plugins)}
    return sorted(
        name
        for name in inspect(database.engine).get_table_names()
        if name not in known and owner_of(name, names) is None
    )


def _tables(connection: Connection, plugins: PluginHost, plugin: str) -> list[str]:
    names = {*plugins.installed, plugin}
    return sorted(name for name in inspect(connection).get_table_names() if owner_of(name, names) == plugin)


def _drop(connection: Connection, names: list[str]) -> None:
    there = set(inspect(connection).get_table_names())
    found = MetaData()
    found.reflect(connection, only=[name for name in names if name in there], resolve_fks=False)
    found.drop_all(connection)


def _installed(plugins: PluginHost, plugin: str) -> Owner | None:
    return next((owner for owner in owners(plugins)[1:] if owner.name == plugin), None)


def _nothing(plugin: str) -> NotFound:
    return NotFound("nothing_to_purge", _("The database keeps nothing of {name}.").format(name=plugin))
