"""Who has migrations: the core, and each installed plugin that brings some."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from palabre.plugins.host import Installed, PluginHost
from palabre.plugins.tables import CORE, owner_of


@dataclass(frozen=True)
class Owner:
    """Whose tables are meant.

    :param name: ``palabre`` for the core, or the plugin's name.
    :param folder: where its migrations are, or would be; ``None`` for a plugin that is a single module.
    :param plugins: every plugin that is installed, to tell whose a table is.
    """

    name: str
    folder: Path | None
    plugins: frozenset[str]

    @property
    def version_table(self) -> str:
        """The table in which Alembic notes where this owner's tables stand."""
        return version_table(self.name)

    @property
    def has_migrations(self) -> bool:
        """Whether there is anything to run."""
        return self.folder is not None and any(self.folder.glob("*.py"))

    def owns(self, table: str) -> bool:
        """Whether a table is this owner's."""
        return owner_of(table, self.plugins) == self.name


def owners(plugins: PluginHost) -> list[Owner]:
    """The core, then every installed plugin by name; also those that are kept out until their tables fit."""
    names = frozenset(plugins.installed)
    core = Owner(CORE, Path(__file__).parent / "versions", names)
    return [core, *(Owner(name, _folder(plugins.installed[name]), names) for name in sorted(names))]


def version_table(owner: str) -> str:
    """Name of an owner's version table."""
    return f"alembic_version_{owner}"


def _folder(known: Installed) -> Path | None:
    return known.folder / "migrations" / "versions" if known.folder else None
