"""What must not run before the tables fit."""

from __future__ import annotations

from palabre.db import Database
from palabre.errors import PalabreError
from palabre.migrations.owners import owners
from palabre.migrations.runner import Migrations
from palabre.plugins.host import PluginHost


class NotUpgraded(PalabreError):
    """The core's tables do not fit the code."""


def hold_outdated_plugins(database: Database, plugins: PluginHost) -> None:
    """Quarantine each plugin whose tables do not fit its code, until ``upgrade`` has run."""
    for owner in owners(plugins)[1:]:
        if not owner.has_migrations:
            continue
        standing = Migrations(database, owner).standing()
        if standing.is_ahead:
            plugins.quarantine(owner.name, "its tables were made by a newer version of it: install that one")
        elif standing.pending:
            plugins.quarantine(
                owner.name, "its tables are not up to date: run `palabre db upgrade`", until_upgraded=True
            )


def require_upgraded(database: Database, plugins: PluginHost) -> None:
    """Refuse to go on with tables that do not fit.

    :raises NotUpgraded: with what to do about it.
    """
    standing = Migrations(database, owners(plugins)[0]).standing()
    if standing.is_ahead:
        raise NotUpgraded("The database was made by a newer version of Palabre: install that one.")
    if standing.pending:
        what = "There is no database yet" if standing.current is None else "The database is not up to date"
        raise NotUpgraded(f"{what}: run `palabre db upgrade`.")
