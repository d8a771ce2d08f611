"""The installation in which the plugin under test is tried."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from palabre.application import Application, make_host
from palabre.db import Database
from palabre.plugins.features import switch_feature, tenant_context
from palabre.plugins.host import PluginHost
from palabre.plugins.loading import installed_specs, load
from palabre.tenants import TenantContext
from palabre.tenants.service import tenant_by_slug
from palabre.testing.under_test import PluginUnderTest


@pytest.fixture
def plugins(plugin_under_test: PluginUnderTest) -> Sequence[object]:
    """The installation has the plugin under test, and no other."""
    return [plugin_under_test.module]


@pytest.fixture
def host(plugin_under_test: PluginUnderTest) -> PluginHost:
    """A host that has loaded the plugin as every process does: guarded."""
    host = make_host(specs=installed_specs())
    load(host, plugin_under_test.entry_point)
    return host


@pytest.fixture
def database(request: pytest.FixtureRequest, conformance_database: str, tmp_path: Path) -> Database:
    """An empty database of the kind that is asked for."""
    url = f"sqlite:///{tmp_path}/conformance.sqlite3"
    if conformance_database == "postgresql":
        url = request.getfixturevalue("empty_postgresql_url")
    database = Database(url)
    request.addfinalizer(database.close)
    return database


@pytest.fixture
def tenant_with(
    application: Application, tenant: TenantContext, plugin_under_test: PluginUnderTest
) -> TenantContext:
    """A tenant that has the plugin on."""
    return _switched(application, tenant, plugin_under_test.name, enabled=True)


@pytest.fixture
def tenant_without(
    application: Application, tenant: TenantContext, plugin_under_test: PluginUnderTest
) -> TenantContext:
    """A tenant that has the plugin off."""
    return _switched(application, tenant, plugin_under_test.name, enabled=False)


def _switched(
    application: Application, tenant: TenantContext, plugin: str, *, enabled: bool
) -> TenantContext:
    level = application.plugins.installed[plugin].feature.level
    with application.db.transaction() as session:
        if level != "installation":
            switch_feature(
                session,
                application.plugins,
                tenant_id=tenant.id,
                feature=plugin,
                enabled=enabled,
                by_operator=True,
            )
            session.flush()
        return tenant_context(session, application.plugins, tenant_by_slug(session, tenant.slug))
