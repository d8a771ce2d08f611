"""Tracks: announced, closed by their owner, by a presenter, by the loss of a right."""

from __future__ import annotations

import pytest

from palabre.errors import Refused
from palabre.rooms import media_rights
from palabre.tenants.scope import tenant_scope
from palabre.testing.room import HeadlessRoom, VirtualParticipant


def _blocked(room: HeadlessRoom) -> frozenset[str]:
    with tenant_scope(room.tenant), room.application.db.reading() as session:
        return media_rights(
            session, room.application.rooms, meeting_id=room.meeting_id, participant=""
        ).blocked


def _tracks(person: VirtualParticipant) -> dict[str, bool]:
    return {track["source"]: track["muted"] for track in person.me()["tracks"]}


def test_a_published_track_is_seen_by_the_others(lea, sam) -> None:
    track = sam.publish("camera", kind="video")

    assert lea.heard("track_published") == [
        {"participant": sam.id, "track": {"id": track, "kind": "video", "source": "camera", "muted": False}}
    ]


def test_a_track_has_the_same_id_each_time(sam) -> None:
    first = sam.publish("microphone")
    sam.act("unpublish_track", from_media=True, track=first)

    assert sam.publish("microphone") == first


def test_publishing_again_changes_nothing(sam) -> None:
    sam.publish("microphone")

    again = sam.act("publish_track", from_media=True, track={"kind": "audio", "source": "microphone"})
    assert again.events == ()


def test_a_track_of_another_identifier_replaces_the_one_from_the_same_source(lea, sam) -> None:
    sam.publish("camera", kind="video")
    sam.act("publish_track", from_media=True, track={"id": "t2", "kind": "video", "source": "camera"})

    assert [track["id"] for track in lea.sees(sam)["tracks"]] == ["t2"]


def test_nobody_takes_the_identifier_of_anothers_track(lea, sam) -> None:
    taken = lea.publish("camera", kind="video")

    with pytest.raises(Refused) as refusal:
        sam.act("publish_track", from_media=True, track={"id": taken, "kind": "video", "source": "camera"})
    assert refusal.value.code == "bad_payload"


@pytest.mark.parametrize("act", ["publish_track", "unpublish_track"])
def test_only_the_media_door_announces_tracks(sam, act: str) -> None:
    with pytest.raises(Refused) as refusal:
        sam.act(act, track={"kind": "audio", "source": "microphone"})
    assert refusal.value.code == "unknown_act"


def test_one_closes_and_opens_ones_own_microphone(room: HeadlessRoom, lea, sam) -> None:
    track = sam.publish("microphone")
    sam.act("set_track_muted", track=track, muted=True)
    assert lea.heard("track_muted") == [{"participant": sam.id, "track": track, "by": sam.id}]
    assert _blocked(room) == {track}

    sam.act("set_track_muted", track=track, muted=False)
    assert lea.heard("track_unmuted") == [{"participant": sam.id, "track": track}]
    assert _blocked(room) == frozenset()


def test_nobody_touches_anothers_track(lea, sam) -> None:
    track = sam.publish("microphone")

    with pytest.raises(Refused):
        lea.act("set_track_muted", track=track, muted=True)
    assert lea.act("unpublish_track", from_media=True, track=track).events == ()


def test_a_presenter_closes_a_microphone_and_its_owner_opens_it_again(room: HeadlessRoom, lea, sam) -> None:
    track = sam.publish("microphone")
    lea.act("mute", participant=sam.id)
    assert sam.heard("track_muted") == [{"participant": sam.id, "track": track, "by": lea.id}]
    assert _blocked(room) == {track}

    sam.act("set_track_muted", track=track, muted=False)
    assert _blocked(room) == frozenset()


def test_all_are_muted_but_the_one_who_asks_for_it(lea, sam, ana) -> None:
    for person in (lea, sam, ana):
        person.publish("microphone")
    ana.act("set_track_muted", track=f"{ana.id}-microphone", muted=True)
    lea.act("mute_all")

    assert [event["participant"] for event in lea.heard("track_muted")] == [ana.id, sam.id]
    assert _tracks(lea) == {"microphone": False}


def test_microphones_by_floor_close_those_who_have_none(room: HeadlessRoom, lea, sam, ana) -> None:
    tracks = {person: person.publish("microphone") for person in (lea, sam, ana)}
    lea.act("give_floor", participant=sam.id)
    lea.act("set_microphones", mode="floor")

    assert lea.heard("track_muted") == [{"participant": ana.id, "track": tracks[ana], "by": None}]
    assert _blocked(room) == {tracks[ana]}
    with pytest.raises(Refused) as refusal:
        ana.act("set_track_muted", track=tracks[ana], muted=False)
    assert refusal.value.code == "not_allowed"


def test_losing_the_floor_closes_the_microphone_and_getting_it_opens_nothing(
    room: HeadlessRoom, lea, sam
) -> None:
    lea.act("set_microphones", mode="floor")
    lea.act("give_floor", participant=sam.id)
    track = sam.publish("microphone")
    lea.act("take_floor", participant=sam.id)
    assert _blocked(room) == {track}

    lea.act("give_floor", participant=sam.id)
    assert _blocked(room) == {track}
    sam.act("set_track_muted", track=track, muted=False)
    assert _blocked(room) == frozenset()


def test_a_presenter_who_hands_over_is_closed_where_guests_need_the_floor(lea, sam) -> None:
    lea.act("set_microphones", mode="floor")
    lea.publish("microphone")
    lea.act("new_presenter", participant=sam.id)

    assert _tracks(lea) == {"microphone": True}


def test_without_the_right_a_track_is_announced_closed_only(lea, sam) -> None:
    lea.act("set_microphones", mode="floor")

    assert sam.publish("microphone", muted=True)
    assert _tracks(sam) == {"microphone": True}


def test_the_media_door_knows_what_one_may_publish(room: HeadlessRoom, lea, sam) -> None:
    lea.act("set_microphones", mode="floor")
    with tenant_scope(room.tenant), room.application.db.reading() as session:
        rights = media_rights(session, room.application.rooms, meeting_id=room.meeting_id, participant=sam.id)

    assert rights.may_publish("camera").allowed
    assert not rights.may_publish("microphone").allowed
    assert not rights.may_publish("hologram").allowed
