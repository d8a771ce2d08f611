"""Running one owner's migrations, each run in one transaction that nobody else can cross."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from palabre.db import Database
from palabre.errors import PalabreError
from palabre.migrations.owners import Owner
from palabre.model import Base

#: Key of PostgreSQL's advisory lock that migrations take ("palabre" in ASCII, shortened).
_LOCK = 0x70616C61


class MigrationFailed(PalabreError):
    """A migration could not be run; the message says whose, and why."""


@dataclass(frozen=True)
class Standing:
    """Where an owner's tables stand.

    :param current: revision in the database; ``None`` before the first.
    :param head: revision that the code expects; ``None`` where there are no migrations.
    :param pending: revisions that have not run yet, oldest first.
    :param is_ahead: the database was made by a newer version of the code.
    """

    owner: str
    current: str | None
    head: str | None
    pending: tuple[str, ...]
    is_ahead: bool = False

    @property
    def is_current(self) -> bool:
        """Whether code and tables fit each other."""
        return not self.pending and not self.is_ahead


class Migrations:
    """The migrations of one owner in one database."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self.database = database
        self.owner = owner

    def standing(self) -> Standing:
        """Where the tables stand. A database that is not there yet stands before the first revision."""
        current = self._current()
        if not self.owner.has_migrations:
            return Standing(self.owner.name, current, None, ())
        head = self._head()
        known = [script.revision for script in self._scripts.walk_revisions()]
        if current is not None and current not in known:
            return Standing(self.owner.name, current, head, (), is_ahead=True)
        pending = known[: known.index(current)] if current else known
        return Standing(self.owner.name, current, head, tuple(reversed(pending)))

    def upgrade(self, to: str = "head") -> None:
        """Run what is pending.

        :raises MigrationFailed: when one fails; nothing of it stays.
        """
        if self.owner.has_migrations:
            self._run("upgrade", to)

    def downgrade(self, to: str = "base") -> None:
        """Go back to a revision, or to before the first.

        :raises MigrationFailed: when one fails; nothing of it stays.
        """
        if self.owner.has_migrations:
            self._run("downgrade", to)

    def differences(self) -> list[str]:
        """What the database has differently than the models, a line each; empty when they fit."""
        if not self.database.is_there():
            return ["there is no database yet"]
        with self.database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "version_table": self.owner.version_table,
                    "include_object": self._is_ours,
                },
            )
            found = autogenerate.compare_metadata(context, Base.metadata)
        return [_describe(difference) for difference in found]

    def write_revision(self, message: str) -> Path:
        """Write a new migration from what differs, for its author to read and correct.

        :raises MigrationFailed: when the database is not at the newest revision, or there is no place to write it.
        """
        if self.owner.folder is None:
            raise MigrationFailed(f"{self.owner.name} is a single module: migrations need a package.")
        self.owner.folder.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            try:
                script = command.revision(self._config(connection), message, autogenerate=True)
            except Exception as error:
                raise MigrationFailed(f"{self.owner.name}: {error}") from error
        assert script is not None
        assert not isinstance(script, list)
        return Path(script.path)

    def _run(self, direction: str, to: str) -> None:
        with self._connection() as connection:
            try:
                getattr(command, direction)(self._config(connection), to)
            except Exception as error:
                reason = str(getattr(error, "orig", None) or error).splitlines()[0]
                raise MigrationFailed(
                    f"The tables of {self.owner.name} could not be changed: {type(error).__name__}: {reason}"
                ) from error

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection in a transaction, alone with the tables; commits at the end of the block."""
        with self.database.engine.connect() as connection:
            if self.database.is_sqlite:
                connection.execution_options(palabre_writes=True)
                # changing a table on SQLite copies and drops it; with foreign keys on that would empty those
                # that refer to it. The pragma does nothing inside a transaction: it goes past SQLAlchemy.
                self._set_foreign_keys(connection, on=False)
            try:
                with connection.begin():
                    if not self.database.is_sqlite:
                        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                    yield connection
            finally:
                if self.database.is_sqlite:
                    self._set_foreign_keys(connection, on=True)

    @staticmethod
    def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")

    def _config(self, connection: Connection | None = None) -> Config:
        config = Config(stdout=io.StringIO())
        config.set_main_option("script_location", _escaped(Path(__file__).parent))
        config.set_main_option("version_locations", _escaped(self.owner.folder))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
        config.attributes["owner"] = self.owner
        config.attributes["connection"] = connection
        return config

    @cached_property
    def _scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self._config())

    def _head(self) -> str | None:
        heads = self._scripts.get_heads()
        if len(heads) > 1:
            raise MigrationFailed(
                f"The migrations of {self.owner.name} end in {len(heads)} places: {', '.join(sorted(heads))}. "
                "One of them must follow the other."
            )
        return heads[0] if heads else None

    def _current(self) -> str | None:
        if not self.database.is_there():
            return None
        with self.database.engine.connect() as connection:
            if not inspect(connection).has_table(self.owner.version_table):
                return None
            context = MigrationContext.configure(connection, opts={"version_table": self.owner.version_table})
            return context.get_current_revision()

    def _is_ours(self, found: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(found, "table", None), "name", None)
        return table is None or self.owner.owns(table)


def _escaped(path: Path | None) -> str:
    return str(path).replace("%", "%%")


def _describe(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_describe(one) for one in difference)
    what, *details = difference
    return f"{what}: {', '.join(str(detail) for detail in details if detail is not None)}"
