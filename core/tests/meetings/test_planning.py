"""Planning a meeting."""

from __future__ import annotations

from pathlib import Path

import pytest

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.meetings import find_meeting, plan_meeting
from palabre.model import Microphones, RoomClass
from palabre.tenants.scope import TenantContext, tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.room import make_tables, make_tenant


@pytest.fixture
def application(tmp_path: Path) -> Application:
    settings = Settings(
        data_dir=tmp_path, database=DatabaseSection(url=f"sqlite:///{tmp_path}/palabre.sqlite3")
    )
    application = create_application(settings, plugins=make_host(), clock=TestClock())
    make_tables(application)
    return application


@pytest.fixture
def tenant(application: Application) -> TenantContext:
    return make_tenant(application)


@pytest.mark.parametrize(
    ("room_class", "microphones"),
    [
        (RoomClass.S, Microphones.FREE),
        (RoomClass.M, Microphones.FLOOR),
        (RoomClass.L, Microphones.FLOOR),
        (RoomClass.XL, Microphones.FLOOR),
    ],
)
def test_microphones_are_free_in_small_rooms_and_by_floor_in_large_ones(
    application: Application, tenant: TenantContext, room_class: RoomClass, microphones: Microphones
) -> None:
    with tenant_scope(tenant), application.db.transaction() as session:
        meeting = plan_meeting(
            session,
            name="Budget review",
            now=application.clock.now(),
            tenant_id=tenant.id,
            room_class=room_class,
        )

    assert meeting.microphones is microphones


def test_a_meeting_is_found_by_its_public_id_in_its_own_tenant_only(
    application: Application, tenant: TenantContext
) -> None:
    with tenant_scope(tenant), application.db.transaction() as session:
        meeting = plan_meeting(
            session, name="Budget review", now=application.clock.now(), tenant_id=tenant.id
        )
        assert find_meeting(session, meeting.public_id) is meeting
    other = make_tenant(application, slug="other")
    with (
        tenant_scope(other),
        application.db.reading() as session,
        pytest.raises(Exception, match=meeting.public_id),
    ):
        find_meeting(session, meeting.public_id)
