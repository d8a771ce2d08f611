"""Which features a tenant has, and who may choose."""

from datetime import UTC, datetime

import pytest

from palabre.db import Database
from palabre.model import Base, Tenant
from palabre.plugins.features import enabled_features, switch_feature, tenant_context
from palabre.toolkit import NotAllowed, NotFound


@pytest.fixture
def session(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/palabre.sqlite3")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        session.add(Tenant(id=1, slug="default", name="Default", created_at=datetime.now(UTC)))
        session.flush()
        yield session
    database.close()


@pytest.fixture
def host(host, plugin):
    host.register(plugin("poll"))
    host.register(plugin("gold", feature={"default": False, "restricted": True}))
    host.register(plugin("audit", feature={"level": "installation", "default": False}))
    return host


def test_without_a_choice_the_default_counts(session, host):
    assert enabled_features(session, host, 1) == {"poll", "audit"}


def test_a_choice_wins_over_the_default(session, host):
    switch_feature(session, host, tenant_id=1, feature="poll", enabled=False)
    assert enabled_features(session, host, 1) == {"audit"}
    switch_feature(session, host, tenant_id=1, feature="poll", enabled=True)
    assert enabled_features(session, host, 1) == {"poll", "audit"}


def test_only_the_operator_switches_on_what_is_restricted(session, host):
    with pytest.raises(NotAllowed) as refused:
        switch_feature(session, host, tenant_id=1, feature="gold", enabled=True)
    assert refused.value.code == "restricted_feature"
    switch_feature(session, host, tenant_id=1, feature="gold", enabled=True, by_operator=True)
    assert "gold" in enabled_features(session, host, 1)
    switch_feature(session, host, tenant_id=1, feature="gold", enabled=False)
    assert "gold" not in enabled_features(session, host, 1)


def test_what_works_for_the_installation_is_no_tenant_s_choice(session, host):
    with pytest.raises(NotAllowed) as refused:
        switch_feature(session, host, tenant_id=1, feature="audit", enabled=False, by_operator=True)
    assert refused.value.code == "installation_feature"


def test_a_feature_that_nobody_installed_cannot_be_chosen(session, host):
    with pytest.raises(NotFound) as refused:
        switch_feature(session, host, tenant_id=1, feature="whiteboard", enabled=True)
    assert refused.value.code == "unknown_feature"


def test_a_plugin_that_is_kept_out_is_on_for_nobody(session, host):
    host.quarantine("poll", "its tables are not up to date")
    assert tenant_context(session, host, session.get(Tenant, 1)).features == {"audit"}
