"""What the plugin keeps in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from palabre.db import Database
from palabre.migrations import Migrations, Owner, owners, purge, upgrade
from palabre.migrations.purge import orphans
from palabre.model import Base, Tenant, TenantFeature
from palabre.plugins.host import PluginHost
from palabre.plugins.tables import CORE, owner_of, tables_of
from palabre.testing.clock import TestClock
from palabre.testing.under_test import PluginUnderTest


@pytest.fixture
def owner(host: PluginHost, plugin_under_test: PluginUnderTest) -> Owner:
    """The plugin as an owner of tables."""
    return next(one for one in owners(host) if one.name == plugin_under_test.name)


def _own(database: Database, owner: Owner) -> list[str]:
    return [name for name in inspect(database.engine).get_table_names() if owner.owns(name)]


def test_its_tables_have_migrations(owner: Owner, plugin_under_test: PluginUnderTest) -> None:
    """Models without migrations would never get their tables."""
    tables = tables_of(plugin_under_test.package)
    assert owner.has_migrations or not tables, f"no migration makes {', '.join(tables)}"


def test_its_migrations_go_there_and_back(database: Database, host: PluginHost, owner: Owner) -> None:
    """They make what the models say, undo it without leaving anything, and can be run again."""
    upgrade(database, host, only=CORE)
    before = inspect(database.engine).get_table_names()
    migrations = Migrations(database, owner)
    for _again in range(2):
        migrations.upgrade()
        assert migrations.standing().is_current
        assert migrations.differences() == [], "the migrations make something else than the models say"
        migrations.downgrade()
        left = [name for name in _own(database, owner) if name not in before]
        assert left == [], f"going back leaves {', '.join(left)}"


def test_its_foreign_keys_lead_to_itself_or_the_core(
    host: PluginHost, owner: Owner, plugin_under_test: PluginUnderTest
) -> None:
    """Plugins come and go one by one; a row of the core's that goes takes what refers to it along."""
    for name in tables_of(plugin_under_test.package):
        for key in Base.metadata.tables[name].foreign_keys:
            target = key.target_fullname.partition(".")[0]
            whose = owner_of(target, list(host.installed))
            assert whose in (CORE, owner.name), (
                f"{name} refers to {target}, a table of {whose or 'nobody known'}"
            )
            assert key.ondelete or whose == owner.name, f"{name}'s key to {target} needs ondelete"


def test_a_purge_leaves_nothing(
    database: Database, host: PluginHost, owner: Owner, plugin_under_test: PluginUnderTest
) -> None:
    """Neither tables nor a version table nor tenants' choices."""
    upgrade(database, host)
    with database.transaction() as session:
        session.add(Tenant(id=1, slug="default", name="Default", created_at=TestClock().now()))
        session.add(TenantFeature(tenant_id=1, feature=plugin_under_test.name, enabled=True))
    purge(database, host, plugin_under_test.name)
    assert _own(database, owner) == []
    assert owner.version_table not in inspect(database.engine).get_table_names()
    assert orphans(database, host) == []
    with database.reading() as session:
        assert session.get(TenantFeature, (1, plugin_under_test.name)) is None
