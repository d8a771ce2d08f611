"""The smallest world, as fixtures: an installation with one tenant, one account, one meeting and its room.

Override ``plugins`` to say which plugins the installation has::

    @pytest.fixture
    def plugins():
        return [palabre_poll.plugin]

    def test_votes_are_counted(room):
        lea = room.person("Léa", role="presenter")

Everything heavy is imported by the fixture that needs it, because pytest loads this module whatever it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from palabre.application import Application
    from palabre.config import MailSection
    from palabre.model import Account, Meeting
    from palabre.tenants import TenantContext
    from palabre.testing.clock import TestClock
    from palabre.testing.room import HeadlessRoom


@pytest.fixture
def clock() -> TestClock:
    """A clock that stands still until the test turns it."""
    from palabre.testing.clock import TestClock

    return TestClock()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Address of an empty SQLite database; override it with ``empty_postgresql_url`` to use the other kind."""
    return f"sqlite:///{tmp_path}/palabre.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of each kind: what uses it runs twice."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/palabre.sqlite3"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
def plugins() -> Sequence[object]:
    """The plugins of the installation, beside what is built in; none unless it is overridden."""
    return []


@pytest.fixture
def mail_settings() -> MailSection:
    """Where mail goes: the development mailbox; override it with ``mail_server.settings()``."""
    from palabre.config import MailSection

    return MailSection()


@pytest.fixture
def plugin_settings() -> Mapping[str, Mapping[str, Any]]:
    """What the configuration says for plugins, by section: ``{"poll": {"most_choices": 10}}``. Override it."""
    return {}


@pytest.fixture
def make_application(
    tmp_path: Path,
    clock: TestClock,
    database_url: str,
    plugins: Sequence[object],
    mail_settings: MailSection,
    plugin_settings: Mapping[str, Mapping[str, Any]],
) -> Iterator[Callable[[], Application]]:
    """Builds a process of the installation; several of them share the database."""
    from palabre.application import create_application, make_host
    from palabre.config import DatabaseSection, settings_model
    from palabre.hookspecs import features
    from palabre.migrations import upgrade
    from palabre.plugins.loading import installed_specs

    made = []

    def make() -> Application:
        host = make_host(specs=installed_specs())
        for plugin in plugins:
            host.register(plugin)
        sections = {one.plugin: one.value for one in host.collect(features.settings)}
        given: dict[str, Any] = dict(plugin_settings)
        settings = settings_model(sections)(
            data_dir=tmp_path, database=DatabaseSection(url=database_url), mail=mail_settings, **given
        )
        application = create_application(settings, plugins=host, clock=clock)
        upgrade(application.db, host)
        made.append(application)
        return application

    yield make
    for application in made:
        application.db.close()


@pytest.fixture
def application(make_application: Callable[[], Application]) -> Application:
    """An installation whose tables are up to date, and in which nobody has done anything."""
    return make_application()


@pytest.fixture
def tenant(application: Application) -> TenantContext:
    """A tenant with every feature that is on by default."""
    from palabre.testing.room import make_tenant

    return make_tenant(application)


@pytest.fixture
def account(application: Application, tenant: TenantContext) -> Account:
    """Somebody who can sign in to the tenant."""
    from palabre.model import Account
    from palabre.tenants import tenant_scope

    with tenant_scope(tenant), application.db.transaction() as session:
        now = application.clock.now()
        account = Account(email="lea@example.org", name="Léa", created_at=now, confirmed_at=now)
        session.add(account)
    return account


@pytest.fixture
def room(application: Application, tenant: TenantContext) -> HeadlessRoom:
    """A meeting that people can come to."""
    from palabre.testing.room import HeadlessRoom

    return HeadlessRoom.make(application, tenant=tenant)


@pytest.fixture
def meeting(room: HeadlessRoom) -> Meeting:
    """The meeting of ``room``."""
    return room.meeting
