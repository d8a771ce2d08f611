"""Upgrading everything: the core first, then each plugin."""

from __future__ import annotations

from dataclasses import dataclass

from palabre.db import Database
from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.migrations.owners import owners
from palabre.migrations.runner import MigrationFailed, Migrations
from palabre.plugins.host import PluginHost


@dataclass(frozen=True)
class Upgraded:
    """How it went for one owner.

    :param ran: revisions that were run, in order.
    :param problem: why it could not be done; empty when it was.
    """

    owner: str
    ran: tuple[str, ...]
    problem: str = ""


def upgrade(database: Database, plugins: PluginHost, *, only: str | None = None) -> list[Upgraded]:
    """Run what is pending, and let plugins run that waited for it.

    A plugin whose migration fails stays out, and the others are upgraded.

    :param only: one owner: a plugin's name, or ``palabre`` for the core.
    :raises NotFound: code ``unknown_feature``, when there is no such owner.
    :raises MigrationFailed: when the core's own tables could not be changed.
    """
    core, *others = owners(plugins)
    wanted = [owner for owner in (core, *others) if only in (None, owner.name)]
    if not wanted:
        raise NotFound("unknown_feature", _("There is no feature named {name} here.").format(name=only))
    database.make_folder()
    done = []
    for owner in wanted:
        migrations = Migrations(database, owner)
        try:
            pending = migrations.standing().pending
            migrations.upgrade()
        except MigrationFailed as error:
            if owner is core:
                raise
            done.append(Upgraded(owner.name, (), str(error)))
            plugins.quarantine(owner.name, "its tables could not be upgraded", until_upgraded=True)
            continue
        done.append(Upgraded(owner.name, pending))
        if owner is not core and plugins.health[owner.name].until_upgraded:
            plugins.release(owner.name)
    return done
