"""The core's migrations make the core's models."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from palabre.migrations import Migrations, NotUpgraded, owners, require_upgraded, upgrade
from palabre.model import Base
from palabre.plugins.tables import CORE, tables_of


@pytest.fixture
def core(database, host):
    return Migrations(database, owners(host)[0])


def shape(engine):
    """Everything about the core's tables that Alembic's comparison leaves out, and what it does not."""
    found = inspect(engine)
    return {
        table: {
            "columns": sorted(
                (one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)
            ),
            "checks": sorted(one["name"] for one in found.get_check_constraints(table)),
            "unique": sorted(
                (one["name"], tuple(one["column_names"])) for one in found.get_unique_constraints(table)
            ),
            "foreign": sorted(
                (one["name"], one["options"].get("ondelete")) for one in found.get_foreign_keys(table)
            ),
            "indexes": sorted((one["name"], tuple(one["column_names"])) for one in found.get_indexes(table)),
        }
        for table in tables_of(CORE)
        if found.has_table(table)
    }


def test_the_migrations_make_what_the_models_say(database, host, core):
    upgrade(database, host)
    assert core.differences() == []
    migrated = shape(database.engine)
    core.downgrade()
    tables = [Base.metadata.tables[name] for name in tables_of(CORE)]
    Base.metadata.create_all(database.engine, tables=tables)
    assert shape(database.engine) == migrated


def test_there_and_back_and_there_again(database, host, core):
    upgrade(database, host)
    core.downgrade()
    assert inspect(database.engine).get_table_names() == ["alembic_version_palabre"]
    assert core.standing().current is None
    upgrade(database, host)
    assert core.differences() == []


def test_an_upgrade_of_what_is_up_to_date_does_nothing(database, host):
    assert upgrade(database, host)[0].ran != ()
    assert upgrade(database, host)[0].ran == ()


def test_nothing_runs_before_the_first_upgrade(database, host):
    with pytest.raises(NotUpgraded, match="There is no database yet: run `palabre db upgrade`"):
        require_upgraded(database, host)
    upgrade(database, host)
    require_upgraded(database, host)


def test_a_database_of_a_newer_version_is_recognised(database, host, core):
    upgrade(database, host)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version_palabre SET version_num = 'f00d'")
    assert core.standing().is_ahead
    with pytest.raises(NotUpgraded, match="newer version of Palabre"):
        require_upgraded(database, host)


def test_a_table_that_differs_is_named(database, host, core):
    upgrade(database, host)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE meeting ADD COLUMN colour VARCHAR(10)")
    assert [one for one in core.differences() if "colour" in one and one.startswith("remove_column")]


def test_two_upgrades_at_once_are_one(database, host):
    variables = {**os.environ, "PALABRE_DATABASE__URL": database.url.render_as_string(hide_password=False)}
    command = [Path(sys.executable).with_name("palabre"), "db", "upgrade"]
    running = [subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert Migrations(database, owners(host)[0]).differences() == []
