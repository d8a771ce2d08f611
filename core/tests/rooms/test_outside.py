"""A duty or a page does something in a room, and the journal says when a room was really open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palabre.rooms.acts import ForeignEvent
from palabre.tenants import tenant_scope
from palabre.toolkit import end_meeting, in_room, opening_after


def when_open(room, seq=0):
    with tenant_scope(room.tenant), room.application.db.reading() as session:
        return opening_after(session, meeting_id=room.meeting_id, seq=seq)


def test_presenters_read_what_a_duty_tells_them_and_guests_do_not(room):
    lea, sam = room.person("Léa", role="presenter"), room.person("Sam")
    with tenant_scope(room.tenant), in_room(room.application, room.meeting_id, plugin="example") as inside:
        inside.append("example.told", {"minutes": 5}, audience="presenters")
    assert lea.heard("example.told") == [{"minutes": 5}]
    assert sam.heard("example.told") == []


def test_only_events_of_the_plugins_own_are_appended(room):
    room.person("Léa", role="presenter")
    with (
        pytest.raises(ForeignEvent),
        tenant_scope(room.tenant),
        in_room(room.application, room.meeting_id, plugin="example") as inside,
    ):
        inside.append("ended", {})
    assert room.meeting.state.value == "live"


def test_a_meeting_is_ended_from_outside_once(room):
    room.person("Léa", role="presenter")
    for _again in range(2):
        with (
            tenant_scope(room.tenant),
            in_room(room.application, room.meeting_id, plugin="example") as inside,
        ):
            end_meeting(inside)
    assert [event.kind for event in room.journal()].count("ended") == 1
    assert room.meeting.state.value != "live"


def test_the_journal_says_when_a_room_was_open(room, clock):
    assert when_open(room) is None
    opened_at = clock.now()
    lea = room.person("Léa", role="presenter")
    now = when_open(room)
    assert (now.opened_at, now.closed_at) == (opened_at, None)
    clock.advance(minutes=50)
    lea.act("end_for_all")
    then = when_open(room)
    assert (then.closed_at, then.last_sign_at) == (clock.now(), clock.now())
    assert when_open(room, seq=then.seq) is None


def test_who_was_swept_out_was_not_there_until_then(room, clock):
    room.person("Léa", role="presenter")
    came_at = clock.now()
    clock.advance(hours=3)
    room.sweep()
    assert when_open(room).last_sign_at - came_at < timedelta(seconds=1)


def test_what_a_duty_says_in_a_room_is_no_sign_that_anybody_was_there(room, clock):
    room.person("Léa", role="presenter")
    came_at = clock.now()
    clock.advance(hours=1)
    with tenant_scope(room.tenant), in_room(room.application, room.meeting_id, plugin="example") as inside:
        inside.append("example.told", {})
    assert when_open(room).last_sign_at - came_at < timedelta(minutes=1)
