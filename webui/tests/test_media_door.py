"""Between browsers and the engine: what the door lets pass, with a real worker and real offers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import time
import urllib.request

import pytest
from aiortc import RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from socket_person import Person
from web_installation import Installation, wait_until

from palabre.model import Microphones


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A web process with a media worker, and a relay in the configuration."""
    settings = {"TURN__URLS": '["turn:turn.example:3478"]', "TURN__SECRET": "open sesame"}
    with Installation(tmp_path_factory.mktemp("media"), **settings) as made:
        made.media = made.start_media()
        made.start_web()
        wait_until(lambda: made.answers("/readyz"), 30)
        yield made


def offer(*kinds: str) -> tuple[str, list[dict[str, str]]]:
    """What a browser offers that sends these sources, and its sections."""

    async def make() -> str:
        pc = RTCPeerConnection()
        for kind in kinds:
            pc.addTransceiver(
                AudioStreamTrack() if kind in ("microphone", "screen_audio") else VideoStreamTrack(),
                "sendonly",
            )
        await pc.setLocalDescription(await pc.createOffer())
        sdp = pc.localDescription.sdp
        await pc.close()
        return sdp

    sdp = asyncio.run(make())
    tracks = [
        {"mid": mid, "kind": "audio" if kind in ("microphone", "screen_audio") else "video", "source": kind}
        for mid, kind in zip(re.findall(r"^a=mid:(\S+)", sdp, re.MULTILINE), kinds, strict=True)
    ]
    return sdp, tracks


def media(person: Person, method: str, **params):
    """What the engine answers."""
    return person.ask("media", {"method": method, "params": params})["result"]


def publish(person: Person, *kinds: str):
    """Join and send from these sources."""
    sdp, tracks = offer(*kinds)
    media(person, "join")
    return media(person, "publish", sdp=sdp, tracks=tracks)


def tracks_of(person: Person, whose: str) -> dict[str, bool]:
    """Sources that somebody publishes, and whether each is muted."""
    people = person.state()["participants"]
    return {
        track["source"]: track["muted"] for one in people if one["id"] == whose for track in one["tracks"]
    }


def test_what_is_published_is_in_the_room_and_offered_to_the_others(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    media(sam, "join")
    answer = publish(lea, "microphone", "camera")
    assert answer["sdp"].startswith("v=0")
    assert [track["id"] for track in answer["tracks"]] == [f"{lea.id}-microphone", f"{lea.id}-camera"]
    assert sam.heard("track_published")["data"]["participant"] == lea.id
    assert tracks_of(sam, lea.id) == {"microphone": False, "camera": False}

    def offered():
        return next(
            (one for one in sam.media if one["event"] == "offer" and len(one["data"]["tracks"]) == 2), None
        )

    said = sam.wait_for(offered)["data"]
    assert {track["source"] for track in said["tracks"]} == {"microphone", "camera"}
    assert {track["participant"] for track in said["tracks"]} == {lea.id}


def test_what_is_not_listed_any_more_is_withdrawn(meeting, come):
    lea = come(meeting, "Léa", role="presenter")
    publish(lea, "microphone", "camera")
    sdp, tracks = offer("microphone")
    media(lea, "restart", pc="publish")
    media(lea, "publish", sdp=sdp, tracks=tracks)
    assert tracks_of(lea, lea.id) == {"microphone": False}


def test_a_guest_without_the_floor_cannot_publish_a_microphone_and_can_a_camera(installation, come):
    meeting = installation.meeting(microphones=Microphones.FLOOR)
    come(meeting, "Léa", role="presenter")
    sam = come(meeting, "Sam")
    assert sam.refused(lambda: publish(sam, "microphone")) == "not_allowed"
    publish(sam, "camera")
    assert tracks_of(sam, sam.id) == {"camera": False}


@pytest.mark.parametrize("source", ["screen", "nonsense"])
def test_a_source_that_is_not_ones_turn_or_unknown_is_refused(meeting, come, source):
    sam = come(meeting, "Sam")
    assert sam.refused(lambda: publish(sam, source)) == "not_allowed"
    assert tracks_of(sam, sam.id) == {}


@pytest.mark.parametrize("sdp", ["", "nonsense", "v=0\r\n", "v=0\r\nm=audio 9 X 0\r\n" * 50, "x" * 300_000])
def test_a_malformed_offer_is_refused_and_nothing_is_in_the_room(meeting, come, sdp):
    sam = come(meeting, "Sam")
    media(sam, "join")
    tracks = [{"mid": "0", "kind": "audio", "source": "microphone"}]
    code = sam.refused(lambda: media(sam, "publish", sdp=sdp, tracks=tracks))
    assert code in ("bad_sdp", "bad_payload")  # the latter for what is longer than any offer
    assert tracks_of(sam, sam.id) == {}
    publish(sam, "microphone")


@pytest.mark.parametrize(
    "method", ["publish", "answer", "restart", "stats", "no_such_method", "open_room", "hello"]
)
def test_a_request_that_does_not_fit_is_refused(meeting, come, method):
    sam = come(meeting, "Sam")
    code = sam.refused(lambda: media(sam, method, sdp=5, pc="x", revision="x", room="probe"))
    assert code in ("bad_payload", "unknown_method", "media_unavailable")


def test_a_muted_microphone_is_held_back_in_the_engine(meeting, come):
    lea, sam = come(meeting, "Léa", role="presenter"), come(meeting, "Sam")
    publish(sam, "microphone")
    lea.act("mute", {"participant": sam.id})
    assert sam.heard("track_muted")["data"]["by"] == lea.id
    assert lea.refused(lambda: lea.act("set_track_muted", {"track": f"{sam.id}-microphone", "muted": False}))


def test_leaving_the_media_withdraws_the_tracks(meeting, come):
    sam = come(meeting, "Sam")
    publish(sam, "camera")
    media(sam, "leave")
    assert tracks_of(sam, sam.id) == {}
    assert media(sam, "join")["existing"] is False


def test_who_comes_back_still_publishes(meeting, come):
    sam = come(meeting, "Sam")
    publish(sam, "camera")
    sam.go()
    sam.come_back()
    assert tracks_of(sam, sam.id) == {"camera": False}


def test_relays_come_with_credentials_that_expire(meeting, come):
    sam = come(meeting, "Sam")
    (relay,) = sam.entered["media"]["ice_servers"]
    expiry, _colon, user = relay["username"].partition(":")
    assert user == sam.id
    assert 80_000 < int(expiry) - time.time() <= 86_400
    digest = hmac.new(b"open sesame", relay["username"].encode(), hashlib.sha1).digest()
    assert relay["credential"] == base64.b64encode(digest).decode()
    assert relay["urls"] == ["turn:turn.example:3478"]


def test_the_doctors_probe_works_before_entering_once_a_second(meeting, come):
    sam = come(meeting, enter=False)
    sdp, _tracks = offer("microphone")
    assert sam.ask("media", {"method": "probe", "params": {"sdp": sdp}})["result"]["sdp"].startswith("v=0")
    codes = set()
    for _ in range(6):
        try:
            sam.ask("media", {"method": "probe", "params": {"sdp": sdp}})
        except AssertionError as refusal:
            codes.add(refusal.code)
    assert codes == {"too_fast"}


def test_a_ticket_of_the_equipment_page_lets_probe_and_nothing_else(installation, meeting, come):
    page = urllib.request.urlopen(f"{installation.url}/equipment").read().decode()
    ticket = re.search(r'"link": ?"(probe\.[^"]+)"', page)[1]
    sam = come(meeting, enter=False, link=ticket)
    sdp, _tracks = offer("microphone")
    assert sam.ask("media", {"method": "probe", "params": {"sdp": sdp}})["result"]["sdp"].startswith("v=0")
    assert sam.refused(lambda: sam.enter("Sam")) == "unknown_link"
    assert sam.refused(lambda: media(sam, "join")) == sam.refused(
        lambda: media(come(meeting, enter=False), "join")
    )


def test_without_an_engine_the_room_goes_on(meeting, come):
    installation = meeting.installation
    lea = come(meeting, "Léa", role="presenter")
    media(lea, "join")
    installation.media.kill()
    lea.wait_for(lambda: {"event": "lost", "data": {}} in lea.media, 10, "lost")
    assert lea.refused(lambda: media(lea, "join")) == "media_unavailable"
    assert lea.act("raise_hand")
    installation.media = installation.start_media()
    lea.wait_for(lambda: {"event": "back", "data": {}} in lea.media, 10, "back")
    assert media(lea, "join")["existing"] is False
