"""The fixtures of the smallest world."""

import pytest

from palabre.model import Meeting
from palabre.plugins.tables import CORE, tables_of
from palabre.tenants import tenant_scope
from palabre.toolkit import PalabreError


def test_it_is_an_installation_with_upgraded_tables(application):
    from sqlalchemy import inspect

    assert set(tables_of(CORE)) <= set(inspect(application.db.engine).get_table_names())
    assert application.plugins.features() == []


def test_a_meeting_belongs_to_the_tenant(application, tenant, meeting, account):
    assert meeting.tenant_id == account.tenant_id == tenant.id


def test_people_come_to_its_room(room):
    lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
    sam.act("raise_hand")
    assert lea.heard("hand_raised") == [{"participant": sam.id}]


def test_two_processes_share_it(make_application, room):
    room.person("Léa", role="presenter")
    other = room.served_by(make_application())
    assert [one["name"] for one in other.person("Sam").state()["participants"]] == ["Léa", "Sam"]


def test_time_stands_still_until_it_is_turned(clock):
    before = clock.now()
    assert clock.now() == before
    assert (clock.advance(minutes=2) - before).total_seconds() == 120


class TestOnEitherDatabase:
    @pytest.fixture
    def database_url(self, either_database_url):
        return either_database_url

    def test_a_meeting_takes_its_course(self, room):
        lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
        sam.act("chat_send", text="Hello")
        lea.act("end_for_all")
        assert [event.kind for event in room.journal()][-3:] == ["joined", "chat_sent", "ended"]


def test_a_tenant_s_session_writes_no_other_tenant_s_rows(application, tenant):
    with (
        pytest.raises(PalabreError, match="of another tenant"),
        tenant_scope(tenant),
        application.db.transaction() as session,
    ):
        session.add(Meeting(tenant_id=tenant.id + 1, name="x", created_at=application.clock.now()))
