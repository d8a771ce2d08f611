"""Join links: who has one comes in; nothing else does."""

from __future__ import annotations

import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.errors import Refused
from palabre.invitations import Secret, revoke_link, use_token
from palabre.model import JoinLink, LinkKind, MeetingState
from palabre.tenants.scope import tenant_scope
from palabre.testing.clock import TestClock
from palabre.testing.room import HeadlessRoom, make_tenant


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def application(tmp_path: Path, clock: TestClock) -> Application:
    settings = Settings(
        data_dir=tmp_path, database=DatabaseSection(url=f"sqlite:///{tmp_path}/palabre.sqlite3")
    )
    return create_application(settings, plugins=make_host(), clock=clock)


@pytest.fixture
def room(application: Application) -> HeadlessRoom:
    return HeadlessRoom.make(application)


def _use(room: HeadlessRoom, token: str) -> JoinLink:
    application = room.application
    with tenant_scope(room.tenant), application.db.transaction() as session:
        return use_token(session, application.secret, token=token, now=application.clock.now())


def _code_of_refusal(room: HeadlessRoom, token: str) -> str:
    with pytest.raises(Refused) as refusal:
        _use(room, token)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def test_a_link_is_found_by_its_token(room: HeadlessRoom) -> None:
    link = _use(room, room.link("presenter", name="Léa"))

    assert (link.meeting_id, link.role.value, link.name) == (room.meeting_id, "presenter", "Léa")


def test_a_public_link_lets_many_in(room: HeadlessRoom) -> None:
    token = room.link(kind=LinkKind.PUBLIC)

    assert [room.person(name, link=token).status for name in ("Sam", "Ana")] == ["entered", "entered"]


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.partition(".")[0],
        lambda token: token.partition(".")[0] + ".",
        lambda token: "." + token.partition(".")[2],
        lambda token: token.upper(),
        lambda _token: "",
        lambda _token: ".",
        lambda _token: "nothing.at-all",
        lambda _token: "é\u0000\ud800.x",
        lambda _token: "x" * 100_000,
    ],
)
def test_a_token_that_is_not_whole_leads_nowhere(room: HeadlessRoom, change) -> None:
    assert _code_of_refusal(room, change(room.link())) == "unknown_link"


def test_the_database_alone_makes_no_link(room: HeadlessRoom, tmp_path: Path) -> None:
    token = room.link()
    selector = token.partition(".")[0]

    forged = f"{selector}.{Secret(b'another key').derive('join', selector)}"
    assert _code_of_refusal(room, forged) == "unknown_link"


def test_a_link_of_another_tenant_leads_nowhere(room: HeadlessRoom) -> None:
    token = room.link()
    room.tenant = make_tenant(room.application, slug="other")

    assert _code_of_refusal(room, token) == "unknown_link"


def test_a_revoked_link_says_so(room: HeadlessRoom, clock: TestClock) -> None:
    token = room.link()
    with tenant_scope(room.tenant), room.application.db.transaction() as session:
        revoke_link(
            use_token(session, room.application.secret, token=token, now=clock.now()), now=clock.now()
        )

    assert _code_of_refusal(room, token) == "link_revoked"


def test_an_expired_link_says_so(room: HeadlessRoom, clock: TestClock) -> None:
    token = room.link()
    with tenant_scope(room.tenant), room.application.db.transaction() as session:
        link = use_token(session, room.application.secret, token=token, now=clock.now())
        link.expires_at = clock.now() + timedelta(hours=1)

    assert _use(room, token)
    clock.advance(hours=1)
    assert _code_of_refusal(room, token) == "expired_link"


def test_a_cancelled_meeting_lets_nobody_in(room: HeadlessRoom) -> None:
    token = room.link()
    with tenant_scope(room.tenant), room.application.db.transaction() as session:
        _use_in_session = use_token(
            session, room.application.secret, token=token, now=room.application.clock.now()
        )
        _use_in_session.meeting.state = MeetingState.CANCELLED

    with pytest.raises(Refused) as refusal:
        room.person("Sam", link=token)
    assert refusal.value.code == "meeting_cancelled"


class TestSecret:
    def test_only_its_owner_can_read_it(self, tmp_path: Path) -> None:
        Secret.of_installation(tmp_path / "data")

        assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600

    def test_it_stays_the_same(self, tmp_path: Path) -> None:
        codes = {Secret.of_installation(tmp_path).derive("join", "x") for _ in range(3)}

        assert len(codes) == 1

    def test_processes_that_start_together_share_one(self, tmp_path: Path) -> None:
        codes: set[str] = set()
        threads = [
            threading.Thread(target=lambda: codes.add(Secret.of_installation(tmp_path).derive("join", "x")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(codes) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]

    def test_another_purpose_gives_another_code(self) -> None:
        secret = Secret(b"key")

        assert secret.derive("join", "x") != secret.derive("phone", "x")
