"""The database: one engine, short transactions, each scoped to the tenant of the moment.

SQLite and PostgreSQL behave alike here. On SQLite a write transaction takes the lock at once
(``BEGIN IMMEDIATE``) and waits for it by sleeping in Python, not inside SQLite: in a process whose ``time.sleep``
is cooperative, nobody else is held up while one waits.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, sessionmaker, with_loader_criteria

from palabre.errors import PalabreError
from palabre.model.base import TenantScoped
from palabre.tenants.scope import current_tenant

#: Longest time a write waits for another process's lock, in seconds.
LOCK_TIMEOUT_S = 10.0


class NoDriver(PalabreError):
    """The database's address asks for a driver that is not installed."""


class DatabaseBusy(PalabreError):
    """Another process held SQLite's write lock for longer than ``LOCK_TIMEOUT_S``."""


class Database:
    """Opens sessions.

    :param url: an SQLAlchemy address, ``sqlite:///var/palabre.sqlite3`` or ``postgresql+psycopg2://…``.
    :param pool_size: connections kept open.
    :param info: what every session carries in ``session.info``.
    """

    def __init__(self, url: str, *, pool_size: int = 8, info: Mapping[str, Any] | None = None) -> None:
        self._info = dict(info or {})
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        try:
            self.engine = (
                _sqlite_engine(url, pool_size) if self.is_sqlite else create_engine(url, pool_size=pool_size)
            )
        except ModuleNotFoundError as error:
            raise NoDriver(
                f"The database needs the Python package {error.name}: "
                "install it with `pip install 'palabre-core[postgresql]'`."
            ) from None
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes: commits at the end of the block, rolls back on an exception.

        Keep it short, and never emit, call another process or yield inside it.
        """
        with self._session(writes=True) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; what it holds is a consistent picture on SQLite."""
        with self._session(writes=False) as session:
            yield session

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        tenant = current_tenant()
        with self._sessions(info={**self._info, "tenant_id": tenant.id if tenant else None}) as session:
            if self.is_sqlite:
                session.connection(execution_options={"palabre_writes": writes})
            yield session

    def is_there(self) -> bool:
        """Whether there is anything to connect to: a server, or an SQLite file. Connecting would make the file."""
        return not self.is_sqlite or not self.url.database or Path(self.url.database).exists()

    def make_folder(self) -> None:
        """Make the folder of an SQLite file."""
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Close every idle connection."""
        self.engine.dispose()


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        connect_args={"timeout": 0, "check_same_thread": False, "isolation_level": None},
        execution_options={"palabre_writes": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=0"):
            _retry(connection.execute, f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("palabre_writes")
        _retry(connection.exec_driver_sql, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _retry(execute: Any, statement: str) -> None:
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    pause = 0.001
    while True:
        try:
            execute(statement)
            return
        except (sqlite3.OperationalError, OperationalError) as error:
            if not _is_held(error):
                raise
            if time.monotonic() > deadline:
                raise DatabaseBusy("The database is busy: another process holds its write lock.") from error
        time.sleep(pause)
        pause = min(pause * 2, 0.02)


def _is_held(error: sqlite3.OperationalError | OperationalError) -> bool:
    """Whether SQLite says that somebody else holds the lock. The low byte is the code, whatever its extension."""
    cause = error.orig if isinstance(error, OperationalError) else error
    code = getattr(cause, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@event.listens_for(Session, "do_orm_execute")
def _read_own_tenant_only(state: ORMExecuteState) -> None:
    tenant_id = state.session.info.get("tenant_id")
    if tenant_id is None or state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(
        with_loader_criteria(TenantScoped, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _write_own_tenant_only(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    tenant_id = session.info.get("tenant_id")
    if tenant_id is None:
        return
    for row in session.new:
        if not isinstance(row, TenantScoped):
            continue
        given: int | None = row.tenant_id
        if given is None:
            row.tenant_id = tenant_id
        elif given != tenant_id:
            raise PalabreError(f"{type(row).__name__} of another tenant written from tenant {tenant_id}")
