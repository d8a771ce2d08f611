"""Participants meet through a real worker: they see, hear, leave, come late, on good networks and bad ones."""

from __future__ import annotations

import asyncio
import re
import time

import aiortc.rtcdtlstransport
import pytest
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80, RTCCertificate

from palabre.media.engine import Engine
from palabre.media.forwarder import PythonForwarder
from palabre.media.peer import Services
from palabre.media.transport.addresses import open_sockets
from palabre.media.transport.mux import Mux


@pytest.mark.parametrize("profile", [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80], ids=["gcm", "cm"])
def test_two_people_see_and_hear_each_other(worker, room, kit, monkeypatch, profile):
    monkeypatch.setattr(aiortc.rtcdtlstransport, "SRTP_PROFILES", [profile])

    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"), microphone=kit.tone(440))
        await tom.publish(camera=kit.colour("red"), microphone=kit.tone(880))
        await lea.subscribe()
        await tom.subscribe()
        await lea.until(lambda: lea.has("tom-camera") and lea.received["tom-camera"].shows("red"), "red")
        await tom.until(lambda: tom.has("lea-camera") and tom.received["lea-camera"].shows("green"), "green")
        await lea.until(lambda: abs(lea.received["tom-microphone"].hertz - 880) < 60, "880 Hz")
        await tom.until(lambda: abs(tom.received["lea-microphone"].hertz - 440) < 60, "440 Hz")
        report = lea.client.call("stats", room=room, peer="lea")[room]["lea"]
        assert report["publish"]["srtpCipher"] == profile.openssl_profile.decode()
        assert report["outbound-tom-camera"]["packetsSent"] > 0
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_the_cost_of_a_packet_is_measured_while_people_meet(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"), microphone=kit.tone(440))
        await tom.subscribe()
        await tom.until(lambda: "packet_cpu_seconds" in tom.client.call("metrics"), "the cost of a packet")
        assert 1e-6 < tom.client.call("metrics")["packet_cpu_seconds"] < 0.1
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_who_comes_late_gets_a_picture_at_once(worker, room, kit):
    async def scenario():
        lea = kit.participant(worker, room, "lea")
        await lea.publish(camera=kit.colour("blue"))
        await lea.until(lambda: _inbound(lea, "lea-camera")["packetsReceived"] > 100, "some video")
        asked = _inbound(lea, "lea-camera")["pliCount"]
        late = kit.participant(worker, room, "late")
        await late.subscribe()
        await late.until(lambda: late.has("lea-camera") and late.received["lea-camera"].shows("blue"), "blue")
        assert _inbound(lea, "lea-camera")["pliCount"] > asked
        await lea.leave()
        await late.leave()

    asyncio.run(scenario())


def test_lost_packets_are_repaired_in_both_directions(worker, room, kit):
    async def scenario():
        probe = kit.participant(worker, room, "probe")
        await probe.publish(microphone=kit.tone(300))
        port = int(re.search(r"127\.0\.0\.1 (\d+) typ host", probe.publisher.remoteDescription.sdp)[1])
        await probe.leave()
        relay = kit.relay(port, loss=0.03)
        await relay.open()
        lea = kit.participant(worker, room, "lea", relay.through)
        tom = kit.participant(worker, room, "tom", relay.through)
        await lea.publish(camera=kit.colour("green"))
        await tom.subscribe()

        def repaired_up():
            inbound = _inbound(lea, "lea-camera")
            return (
                inbound["packetsLost"] >= 5
                and inbound["retransmittedPacketsReceived"] == inbound["packetsLost"]
            )

        def repaired_down():
            sent = _stats(tom).get("outbound-lea-camera", {}).get("retransmittedPacketsSent", 0)
            return sent >= relay.dropped["down"] >= 5

        await tom.until(repaired_up, "losses of the publisher to be repaired")
        await tom.until(repaired_down, "losses of the subscriber to be repaired")
        frames = tom.received["lea-camera"].frames
        await tom.until(lambda: tom.received["lea-camera"].frames > frames + 30, "the picture to go on")
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_sections_of_people_who_left_are_used_again(worker, room, kit):
    async def scenario():
        tom = kit.participant(worker, room, "tom")
        await tom.subscribe()
        for number, colour in enumerate(["green", "red", "blue"]):
            guest = kit.participant(worker, room, f"guest{number}")
            await guest.publish(camera=kit.colour(colour))
            camera = f"guest{number}-camera"
            await tom.until(lambda: tom.has(camera) and tom.received[camera].shows(colour), colour)  # noqa: B023
            await guest.leave()
            await tom.until(lambda: not tom.offers[-1]["tracks"], "an offer without tracks")
            await tom._chain
        assert tom.offers[-1]["sdp"].count("m=video") == 1
        assert "a=inactive" in tom.offers[-1]["sdp"]
        await tom.leave()

    asyncio.run(scenario())


def test_a_joiner_costs_old_tracks_no_key_frame(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera") and tom.received["lea-camera"].frames > 20, "a film")
        asked = _inbound(lea, "lea-camera")["pliCount"]
        new = kit.participant(worker, room, "new")
        await new.publish(camera=kit.colour("red"))
        await tom.until(lambda: tom.has("new-camera"), "the new picture")
        assert _inbound(lea, "lea-camera")["pliCount"] == asked
        for somebody in (lea, tom, new):
            await somebody.leave()

    asyncio.run(scenario())


def test_a_paused_track_stops_and_comes_back_without_loss(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(microphone=kit.tone(500))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-microphone"), "sound")
        sent = lambda: _stats(tom)["outbound-lea-microphone"]["packetsSent"]  # noqa: E731
        tom.client.call("pause", room=room, track="lea-microphone", paused=True)
        before, received = sent(), _inbound(lea, "lea-microphone")["packetsReceived"]
        await tom.until(
            lambda: _inbound(lea, "lea-microphone")["packetsReceived"] > received + 20, "more at the engine"
        )
        assert sent() == before
        tom.client.call("pause", room=room, track="lea-microphone", paused=False)
        await tom.until(lambda: sent() > before + 60, "sound again")
        await tom.until(
            lambda: _stats(tom)["remote-inbound-lea-microphone"]["jitter"] > 0, "a receiver report"
        )
        assert _stats(tom)["remote-inbound-lea-microphone"]["packetsLost"] == 0
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_a_blocked_microphone_is_received_and_not_forwarded(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(blocked=["lea-microphone"], microphone=kit.tone(500))
        await tom.subscribe()
        await tom.until(
            lambda: _inbound(lea, "lea-microphone")["packetsReceived"] > 30, "packets at the engine"
        )
        await tom.until(lambda: "outbound-lea-microphone" in _stats(tom), "a route")
        assert _stats(tom)["outbound-lea-microphone"]["packetsSent"] == 0
        assert not any(method == "speakers" and "lea" in note["levels"] for method, note in tom.notifications)
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_the_one_who_speaks_is_named(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(microphone=kit.tone(440, amplitude=0.6))
        await tom.publish(microphone=kit.tone(440, amplitude=0.0001))
        dominant = lambda: [note["dominant"] for method, note in tom.notifications if method == "speakers"]  # noqa: E731
        await tom.until(lambda: dominant()[-1:] == ["lea"], "lea to be heard as the speaker")
        speakers = next(note for method, note in reversed(tom.notifications) if method == "speakers")
        assert speakers["ranked"] == ["lea"]
        assert 0 < speakers["levels"]["lea"] <= 1
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_people_meet_over_ipv6(worker, room, kit):
    def only_ipv6(sdp):
        return "".join(line for line in sdp.splitlines(True) if "candidate:" not in line or "::1" in line)

    async def scenario():
        lea = kit.participant(worker, room, "lea", only_ipv6)
        tom = kit.participant(worker, room, "tom", only_ipv6)
        await lea.publish(camera=kit.colour("red"))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera") and tom.received["lea-camera"].shows("red"), "red")
        assert ":" in _stats(tom)["subscribe"]["remoteAddress"]
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_a_new_peerconnection_of_the_publisher_goes_on_in_the_same_sections(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"), microphone=kit.tone(440))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera") and tom.received["lea-camera"].shows("green"), "green")
        offers = len(tom.offers)
        old, lea.publisher = lea.publisher, None
        lea.call("restart", pc="publish")
        await lea.publish(camera=kit.colour("red"), microphone=kit.tone(880))
        await old.close()
        await tom.until(lambda: tom.received["lea-camera"].shows("red"), "red")
        await tom.until(lambda: abs(tom.received["lea-microphone"].hertz - 880) < 60, "880 Hz")
        assert len(tom.offers) == offers
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_a_new_peerconnection_of_a_subscriber_is_offered_everything_again(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera"), "a picture")
        old, tom.subscriber = tom.subscriber, None
        tom._by_mid.clear()
        tom.received.clear()
        tom.call("restart", pc="subscribe")
        await old.close()
        await tom.until(lambda: tom.has("lea-camera") and tom.received["lea-camera"].shows("green"), "green")
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def test_media_goes_on_when_a_web_process_dies_and_another_adopts(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera"), "a picture")
        lea.client.close()
        tom.client.close()
        frames = tom.received["lea-camera"].frames
        await tom.until(lambda: tom.received["lea-camera"].frames > frames + 20, "the picture to go on")
        lea.reconnect()
        tom.reconnect()
        assert lea.existing
        assert tom.existing
        new = kit.participant(worker, room, "new")
        await new.publish(camera=kit.colour("red"))
        await tom.until(
            lambda: tom.has("new-camera") and tom.received["new-camera"].shows("red"), "the new picture"
        )
        for somebody in (lea, tom, new):
            await somebody.leave()

    asyncio.run(scenario())


def test_a_participant_that_nobody_adopts_is_removed(room):
    async def scenario():
        sockets = open_sockets(0, ["127.0.0.1"])
        mux = Mux(sockets, PythonForwarder(sockets), RTCCertificate.generateCertificate())
        engine = Engine(Services(mux, []), adoption_s=0.1)
        engine.start()

        class WebProcess:
            def notify(self, method, params):
                pass

        first, second = WebProcess(), WebProcess()
        engine.join(room, "lea", first)
        engine.join(room, "tom", first)
        engine.disowned(first)
        engine.join(room, "tom", second)
        deadline = time.monotonic() + 10
        while "lea" in engine.rooms[room].peers:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        assert list(engine.rooms[room].peers) == ["tom"]
        engine.disowned(second)
        while engine.rooms:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        await engine.stop()

    asyncio.run(scenario())


def _stats(participant):
    return participant.client.call("stats", room=participant.room, peer=participant.name)[participant.room][
        participant.name
    ]


def _inbound(participant, track):
    return _stats(participant)[f"inbound-{track}"]
