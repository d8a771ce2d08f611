"""Following journals: every event once and in order, whoever performed it."""

from __future__ import annotations

from palabre.rooms import JournalFollower
from palabre.testing.room import HeadlessRoom


def test_events_of_any_process_are_given_once_and_in_order(
    room: HeadlessRoom, make_application, lea, sam
) -> None:
    follower = JournalFollower(make_application().db)
    follower.start(room.meeting_id, lea.seq)
    room.served_by(make_application()).person("Ana")
    sam.act("raise_hand")

    assert [event.kind for event in follower.poll()[room.meeting_id]] == ["joined", "joined", "hand_raised"]
    assert follower.poll() == {}


def test_rooms_that_nobody_follows_are_not_read(room: HeadlessRoom, lea) -> None:
    follower = JournalFollower(room.application.db)
    follower.start(room.meeting_id, 0)
    follower.stop(room.meeting_id)

    assert follower.poll() == {}


def test_several_rooms_are_followed_at_once(room: HeadlessRoom, lea) -> None:
    other = HeadlessRoom.make(room.application, tenant=room.tenant)
    follower = JournalFollower(room.application.db)
    for one in (room, other):
        follower.start(one.meeting_id, 0)
    other.person("Kim", "presenter")

    assert {meeting: [event.kind for event in events] for meeting, events in follower.poll().items()} == {
        room.meeting_id: ["opened", "joined"],
        other.meeting_id: ["opened", "joined"],
    }


def test_an_idle_poll_asks_one_question(room: HeadlessRoom, lea) -> None:
    from sqlalchemy import event

    follower = JournalFollower(room.application.db)
    follower.start(room.meeting_id, len(room.journal()))
    statements: list[str] = []
    event.listen(
        room.application.db.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    follower.poll()

    assert [one for one in statements if one.startswith("SELECT")] == statements[-1:]
