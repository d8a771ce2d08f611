"""On SQLite a write waits for another's lock in Python, and says so when that takes too long."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from palabre import db
from palabre.db import Database, DatabaseBusy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "palabre.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{path}")
    with made.transaction() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    yield made
    made.close()


@pytest.fixture
def other(path: Path, database: Database) -> Iterator[sqlite3.Connection]:
    """Another process's connection, which holds the write lock."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_write_waits_until_the_lock_is_free(database: Database, other: sqlite3.Connection) -> None:
    release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    release.start()
    with database.transaction() as session:
        session.execute(text("INSERT INTO note VALUES ('written')"))
    release.join()
    with database.reading() as session:
        assert session.scalar(text("SELECT words FROM note")) == "written"


def test_a_lock_held_too_long_is_said(
    database: Database, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "LOCK_TIMEOUT_S", 0.1)
    with pytest.raises(DatabaseBusy), database.transaction():
        pytest.fail("the lock was not held")


def test_reading_never_waits_for_a_writer(database: Database, other: sqlite3.Connection) -> None:
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM note")) == 0
