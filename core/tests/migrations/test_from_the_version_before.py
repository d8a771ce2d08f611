"""An installation of the version before is upgraded with everything it holds."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import column as column_
from sqlalchemy import insert, inspect, select, table, text

from palabre.migrations import Migrations, owners, upgrade
from palabre.model import Account, JoinLink, JournalEvent, Meeting, MeetingState, Participant

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
def core(database, host):
    return Migrations(database, owners(host)[0])


def fill(connection, into, /, **values):
    moment = {key: value.replace(tzinfo=None) for key, value in values.items() if isinstance(value, datetime)}
    if connection.dialect.name == "sqlite":
        values |= {key: str(value) for key, value in moment.items()}
    connection.execute(insert(table(into, *(column_(key) for key in values))).values(values))


@pytest.fixture
def old(database, core):
    """Tables of 0001 with a tenant, two accounts, and a live meeting with somebody in it."""
    core.upgrade("0001")
    with database.transaction() as session:
        connection = session.connection()
        fill(
            connection,
            "tenant",
            id=1,
            slug="default",
            name="Palabre",
            class_is_limit=False,
            created_at=NOW,
        )
        for number, email in enumerate(("lea@example.org", "sam@example.org"), start=1):
            fill(
                connection,
                "account",
                id=number,
                public_id=f"account{number}",
                email=email,
                name="Léa",
                is_operator=number == 1,
                language="fr",
                time_zone="Europe/Paris",
                created_at=NOW,
                tenant_id=1,
            )
        fill(
            connection,
            "meeting",
            id=1,
            public_id="meeting1",
            kind="web",
            name="Budget review",
            description="",
            organiser_id=1,
            state="live",
            room_class="M",
            time_zone="UTC",
            started_at=NOW,
            wait_for_presenter=False,
            microphones="free",
            is_demonstration=False,
            last_seq=1,
            created_at=NOW,
            tenant_id=1,
        )
        fill(
            connection,
            "join_link",
            id=1,
            meeting_id=1,
            selector="abc",
            kind="personal",
            role="guest",
            name="Sam",
            created_at=NOW,
            tenant_id=1,
        )
        fill(
            connection,
            "participant",
            id=1,
            public_id="sam",
            meeting_id=1,
            link_id=1,
            name="Sam",
            role="guest",
            via="web",
            presence="present",
            secret_hash="0" * 64,
            tenant_id=1,
        )
        fill(
            connection,
            "journal_event",
            meeting_id=1,
            seq=1,
            at=NOW,
            kind="opened",
            audience="all",
            data="{}",
            tenant_id=1,
        )
    return database


def test_accounts_meetings_and_people_are_kept(old, host, core):
    upgrade(old, host)
    assert core.differences() == []
    with old.reading() as session:
        lea, _sam = session.scalars(select(Account).order_by(Account.id))
        meeting = session.scalars(select(Meeting)).one()
        assert (lea.email, lea.language, lea.is_operator) == ("lea@example.org", "fr", True)
        assert (meeting.name, meeting.state, meeting.duration_min) == ("Budget review", MeetingState.LIVE, 60)
        assert meeting.options == {}
        assert meeting.mail_before_min == []
        assert session.scalars(select(JoinLink.selector)).all() == ["abc"]
        assert session.scalars(select(Participant.link_id)).all() == [1]
        assert session.scalars(select(JournalEvent.kind)).all() == ["opened"]


def test_whoever_had_an_account_can_go_on_signing_in(old, host):
    upgrade(old, host)
    with old.reading() as session:
        lea, sam = session.scalars(select(Account).order_by(Account.id))
        assert lea.confirmed_at == NOW
        assert lea.is_active
        assert len(lea.sign_in_key) == 64
        assert lea.sign_in_key != sam.sign_in_key


def test_rows_still_hang_together_after_the_tables_were_rebuilt(old, host):
    upgrade(old, host)
    if not old.is_sqlite:
        assert inspect(old.engine).get_foreign_keys("participant")
        return
    with old.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
