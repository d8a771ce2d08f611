"""Bringing the tables to the shape that the code expects.

The core and each plugin have migrations and a version table of their own, so that a plugin can be installed, upgraded
and taken away without the others noticing. The environment is the core's; a plugin brings ``migrations/versions/*.py``.
Nothing migrates by itself: ``palabre db upgrade`` does, and ``upgrade`` here.
"""

from palabre.migrations.owners import Owner, owners
from palabre.migrations.pending import NotUpgraded, hold_outdated_plugins, require_upgraded
from palabre.migrations.purge import Purge, plan_purge, purge
from palabre.migrations.runner import MigrationFailed, Migrations, Standing
from palabre.migrations.upgrade import Upgraded, upgrade

__all__ = [
    "MigrationFailed",
    "Migrations",
    "NotUpgraded",
    "Owner",
    "Purge",
    "Standing",
    "Upgraded",
    "hold_outdated_plugins",
    "owners",
    "plan_purge",
    "purge",
    "require_upgraded",
    "upgrade",
]
