"""A fresh installation: what the first run makes, and that a second one makes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from palabre.application import Application, create_application, make_host
from palabre.cli.link import personal_link
from palabre.config import DatabaseSection, Settings, WebSection
from palabre.errors import Refused
from palabre.first_run import OPERATOR, prepare
from palabre.model import Account, JoinLink, Meeting, MeetingState, Role, Tenant
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import TenantContext
from palabre.tenants.service import tenant_by_host, tenant_by_slug
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, make_tables, make_tenant


@pytest.fixture
def application(tmp_path: Path) -> Application:
    settings = Settings(
        data_dir=tmp_path,
        database=DatabaseSection(url=f"sqlite:///{tmp_path}/palabre.sqlite3"),
        web=WebSection(port=8123),
    )
    application = create_application(settings, plugins=make_host(), clock=TestClock())
    make_tables(application)
    return application


def _room(application: Application) -> HeadlessRoom:
    with application.db.reading() as session:
        tenant: TenantContext = tenant_context(
            session, application.plugins, tenant_by_slug(session, "default")
        )
        meeting = session.scalars(select(Meeting).where(Meeting.is_demonstration)).one()
    return HeadlessRoom(application, tenant, meeting.id)


def _counts(application: Application) -> list[int | None]:
    with application.db.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table))
            for table in (Tenant, Account, Meeting, JoinLink)
        ]


def test_it_makes_a_tenant_an_operator_and_a_demonstration(application: Application) -> None:
    prepare(application)

    assert _counts(application) == [1, 1, 1, 1]


def test_a_second_run_changes_nothing_and_tells_no_password(application: Application) -> None:
    first, second = prepare(application), prepare(application)

    assert second.password is None
    assert second.demonstration == first.demonstration
    assert _counts(application) == [1, 1, 1, 1]


def test_the_password_is_kept_as_a_hash_only(application: Application) -> None:
    password = prepare(application).password
    with application.db.reading() as session:
        operator = session.scalars(select(Account).where(Account.email == OPERATOR)).one()

    assert password is not None
    assert operator.password_hash is not None
    assert password not in operator.password_hash
    assert operator.password_hash.startswith("$argon2id$")
    assert PasswordHasher().verify(operator.password_hash, password)


def test_two_people_meet_by_the_demonstrations_link(application: Application) -> None:
    token = prepare(application).demonstration
    room = _room(application)

    assert [room.person(name, link=token).role for name in ("Léa", "Sam")] == ["presenter", "guest"]


def test_a_command_makes_a_personal_link(application: Application) -> None:
    prepare(application)
    link = personal_link(application, meeting="demo", role=Role.PRESENTER, name="Léa")

    address, _slash, token = link.rpartition("/")
    assert address == "http://127.0.0.1:8123/join"
    assert _room(application).person("Léa", link=token).role == "presenter"


@pytest.mark.parametrize(
    ("meeting", "tenant", "code"),
    [("nothing", "default", "unknown_meeting"), ("demo", "nobody", "unknown_tenant")],
)
def test_a_link_to_nothing_is_refused(application: Application, meeting: str, tenant: str, code: str) -> None:
    prepare(application)
    with pytest.raises(Refused) as refusal:
        personal_link(application, meeting=meeting, role=Role.GUEST, name="Sam", tenant=tenant)
    assert refusal.value.code == code


def test_a_host_name_belongs_to_the_tenant_that_claims_it(application: Application) -> None:
    prepare(application)
    make_tenant(application, slug="acme")
    with application.db.transaction() as session:
        tenant_by_slug(session, "acme").host = "meet.acme.example"
    with application.db.reading() as session:
        found = [tenant_by_host(session, host) for host in ("Meet.Acme.example:8000", "elsewhere", "")]

    assert [tenant.slug for tenant in found if tenant] == ["acme", "default", "default"]


def test_the_demonstration_does_not_end_for_good(application: Application) -> None:
    token = prepare(application).demonstration
    room = _room(application)
    room.person("Léa", link=token).act("end_for_all")

    assert room.meeting.state is MeetingState.PLANNED
    assert room.person("Sam", link=token).role == "presenter"
