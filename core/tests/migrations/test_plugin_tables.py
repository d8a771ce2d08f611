"""A plugin's tables come, change and go without the others noticing."""

import importlib
import sys
import textwrap
from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, text

from palabre.errors import NotFound
from palabre.migrations import (
    MigrationFailed,
    Migrations,
    hold_outdated_plugins,
    owners,
    plan_purge,
    purge,
    upgrade,
)
from palabre.migrations.purge import orphans
from palabre.model import Base, Tenant, TenantFeature
from palabre.plugins.health import State

PLUGIN = """
from sqlalchemy.orm import Mapped, mapped_column
from palabre.toolkit import Base, Feature, hookimpl

class Ballot(Base):
    __tablename__ = "urn_ballot"
    id: Mapped[int] = mapped_column(primary_key=True)
    choice: Mapped[str]

@hookimpl
def feature():
    return Feature(name="urn", title="Urn", description="An urn.", api_version=1)
"""

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None

def upgrade():
    op.create_table(
        "urn_ballot", sa.Column("id", sa.Integer(), nullable=False), sa.Column("choice", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urn_ballot")),
    )

def downgrade():
    op.drop_table("urn_ballot")
"""

SECOND = """
from alembic import op

revision = "a2"
down_revision = "a1"

def upgrade():
    op.execute("INSERT INTO urn_ballot (id, choice) VALUES (1, 'yes')")
    {more}

def downgrade():
    op.execute("DELETE FROM urn_ballot")
"""


class Urn:
    """A plugin with a table, whose migrations a test writes."""

    def __init__(self, folder):
        self.versions = folder / "palabre_urn" / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        (folder / "palabre_urn" / "__init__.py").write_text(PLUGIN)
        self.migration("a1", FIRST)
        self.module = importlib.import_module("palabre_urn")

    def migration(self, name, source):
        (self.versions / f"{name}.py").write_text(textwrap.dedent(source))


@pytest.fixture
def urn(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    plugin = Urn(tmp_path)
    yield plugin
    sys.modules.pop("palabre_urn")
    Base.metadata.remove(plugin.module.Ballot.__table__)
    Base.registry._dispose_cls(plugin.module.Ballot)


@pytest.fixture
def installed(host, urn):
    host.register(urn.module)
    return host


def test_a_plugin_is_kept_out_until_its_tables_are_upgraded(database, installed):
    hold_outdated_plugins(database, installed)
    assert installed.health["urn"].state is State.QUARANTINED
    assert installed.health["urn"].reason == "its tables are not up to date: run `palabre db upgrade`"
    assert installed.features() == []

    assert [(done.owner, done.ran) for done in upgrade(database, installed)][1] == ("urn", ("a1",))
    assert installed.health["urn"].state is State.ACTIVE
    assert [feature.name for feature in installed.features()] == ["urn"]


def test_nothing_migrates_on_load(database, installed):
    upgrade(database, installed, only="palabre")
    hold_outdated_plugins(database, installed)
    assert not inspect(database.engine).has_table("urn_ballot")


def test_each_has_a_version_table_of_its_own(database, installed):
    upgrade(database, installed)
    tables = inspect(database.engine).get_table_names()
    assert {"alembic_version_palabre", "alembic_version_urn"} <= set(tables)


def test_the_core_does_not_mind_a_plugin_that_is_gone(database, installed, host, urn):
    from palabre.application import make_host

    upgrade(database, installed)
    without = make_host()
    assert upgrade(database, without)[0].ran == ()
    assert orphans(database, without) == ["alembic_version_urn", "urn_ballot"]
    assert Migrations(database, owners(without)[0]).differences() == []


def test_going_back_takes_the_tables_away_and_leaves_the_core_alone(database, installed):
    upgrade(database, installed)
    Migrations(database, owners(installed)[1]).downgrade()
    assert not inspect(database.engine).has_table("urn_ballot")
    assert inspect(database.engine).has_table("meeting")


def test_a_migration_that_fails_leaves_nothing_and_the_others_are_upgraded(database, installed, urn):
    urn.migration("a2", SECOND.format(more="raise RuntimeError('no')"))
    done = {one.owner: one for one in upgrade(database, installed)}
    assert done["palabre"].problem == ""
    assert done["urn"].problem == "The tables of urn could not be changed: RuntimeError: no"
    assert installed.health["urn"].state is State.QUARANTINED
    assert not inspect(database.engine).has_table("urn_ballot"), (
        "one transaction: the first migration is undone too"
    )


def test_two_ends_are_a_mistake(database, installed, urn):
    urn.migration("b1", FIRST.replace('"a1"', '"b1"'))
    with pytest.raises(MigrationFailed, match="end in 2 places: a1, b1"):
        Migrations(database, owners(installed)[1]).standing()


def test_a_purge_counts_then_takes_everything(database, installed, urn):
    urn.migration("a2", SECOND.format(more=""))
    upgrade(database, installed)
    with database.transaction() as session:
        session.add(Tenant(id=1, slug="a", name="A", created_at=datetime.now(UTC)))
        session.add(TenantFeature(tenant_id=1, feature="urn", enabled=False))
    planned = plan_purge(database, installed, "urn")
    assert (planned.tables, planned.choices) == ({"urn_ballot": 1}, 1)
    assert purge(database, installed, "urn") == planned
    assert orphans(database, installed) == []
    assert not {"urn_ballot", "alembic_version_urn"} & set(inspect(database.engine).get_table_names())
    with pytest.raises(NotFound, match="The database keeps nothing of urn"):
        plan_purge(database, installed, "urn")


def test_what_an_uninstalled_plugin_left_can_be_purged(database, installed):
    from palabre.application import make_host

    upgrade(database, installed)
    without = make_host()
    assert purge(database, without, "urn").tables == {"urn_ballot": 0}
    assert orphans(database, without) == []


def test_a_purge_touches_no_table_of_a_longer_name(database, installed):
    upgrade(database, installed)
    with pytest.raises(NotFound):
        plan_purge(database, installed, "urn_ballots")
    with pytest.raises(NotFound):
        plan_purge(database, installed, "room")  # room_snapshot is the core's
    assert plan_purge(database, installed, "urn").tables == {"urn_ballot": 0}


def test_a_new_migration_is_written_from_what_differs(database, installed, urn):
    (urn.versions / "a1.py").unlink()
    upgrade(database, installed)
    path = Migrations(database, owners(installed)[1]).write_revision("Ballots")
    assert path.parent == urn.versions
    assert path.name.endswith("_ballots.py")
    source = path.read_text()
    assert source.startswith('"""Ballots."""')
    assert "urn_ballot" in source
    assert "meeting" not in source
    upgrade(database, installed)
    assert Migrations(database, owners(installed)[1]).differences() == []


def test_changing_a_table_keeps_the_rows_that_refer_to_it(database, installed, urn):
    """SQLite changes a table by copying and dropping it, which must not empty those that refer to it."""
    urn.migration(
        "a2",
        """
        import sqlalchemy as sa
        from alembic import op

        revision = "a2"
        down_revision = "a1"

        def upgrade():
            op.create_table(
                "urn_mark",
                sa.Column("ballot", sa.Integer(), sa.ForeignKey("urn_ballot.id", ondelete="CASCADE"), primary_key=True),
            )
            op.execute("INSERT INTO urn_ballot (id, choice) VALUES (1, 'yes')")
            op.execute("INSERT INTO urn_mark (ballot) VALUES (1)")

        def downgrade():
            op.drop_table("urn_mark")
        """,
    )
    urn.migration(
        "a3",
        """
        import sqlalchemy as sa
        from alembic import op

        revision = "a3"
        down_revision = "a2"

        def upgrade():
            with op.batch_alter_table("urn_ballot") as batch:
                batch.alter_column("choice", type_=sa.Text())

        def downgrade():
            pass
        """,
    )
    upgrade(database, installed)
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM urn_mark")) == 1
        if database.is_sqlite:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
