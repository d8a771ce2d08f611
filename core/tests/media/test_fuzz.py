"""Rubbish from the network harms nobody: random and changed datagrams while people talk."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from palabre.media import rtcp
from palabre.media.forwarder.rtp import extension, header_length, without_padding
from palabre.media.transport.stun import read_check

DATAGRAMS = 4000


def test_people_talk_on_while_rubbish_rains(worker, room, kit):
    async def scenario():
        lea, tom = kit.participant(worker, room, "lea"), kit.participant(worker, room, "tom")
        await lea.publish(camera=kit.colour("green"), microphone=kit.tone(440))
        await tom.subscribe()
        await tom.until(lambda: tom.has("lea-camera"), "a picture")
        before = tom.client.call("metrics")
        sdp = lea.publisher.remoteDescription.sdp
        port = int(re.search(r"127\.0\.0\.1 (\d+) typ host", sdp)[1])
        ufrag = re.search(r"a=ice-ufrag:(\S+)", sdp)[1]
        ssrc = _inbound(lea, "lea-camera")["ssrc"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
            for number, datagram in enumerate(_rubbish(random.Random(3), ufrag, ssrc)):
                attacker.sendto(datagram, ("127.0.0.1", port))
                if number % 50 == 0:  # no faster than the worker reads, else the kernel drops them before it
                    tom.client.call("metrics")
                    await asyncio.sleep(0)
        frames = tom.received["lea-camera"].frames
        await tom.until(lambda: tom.received["lea-camera"].frames > frames + 20, "the picture to go on")
        after = tom.client.call("metrics")
        ignored = sum(
            after[name] - before[name]
            for name in ("datagrams_malformed", "packets_unknown", "packets_refused")
        )
        assert ignored > DATAGRAMS * 0.9
        assert worker.process.poll() is None
        await lea.leave()
        await tom.leave()

    asyncio.run(scenario())


def _rubbish(rng, ufrag, ssrc):
    check = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    check.attributes.update({"USERNAME": f"{ufrag}:x", "USE-CANDIDATE": None, "PRIORITY": 1})
    check.add_message_integrity(b"a password that is wrong")
    patterns = [
        bytes(check),
        b"\x16\xfe\xfd" + bytes(10) + rng.randbytes(60),
        struct.pack("!BBHII", 0x90, 96, 1, 2, ssrc) + b"\xbe\xde\x00\x02" + rng.randbytes(100),
        struct.pack("!BBHI", 0x81, 201, 7, ssrc) + rng.randbytes(40),
    ]
    for number in range(DATAGRAMS):
        if number % 5 == 4:
            yield rng.randbytes(rng.randrange(1, 1500))
            continue
        data = bytearray(patterns[number % 5])
        for _ in range(rng.randrange(4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        yield bytes(data[: rng.randrange(1, len(data) + 1)])


@given(st.binary(max_size=200))
def test_no_datagram_breaks_the_stun_reader(data):
    assert read_check(data) is None
    read_check(b"\x00\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + data)


@given(st.binary(min_size=12, max_size=200), st.integers(1, 255))
def test_no_packet_breaks_the_rtp_reader(data, number):
    try:
        length = header_length(data)
        extension(data, number)
        without_padding(data[0], data[length:])
    except (ValueError, IndexError):
        return
    assert length <= len(data)


@given(st.binary(max_size=200))
def test_no_packet_breaks_the_rtcp_reader(data):
    for packet in rtcp.read(data):
        rtcp.asks_key_frame(packet)
        rtcp.lost(packet)
        rtcp.bitrate_limit(packet)


@given(st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207]), st.integers(0, 31), st.binary(max_size=120))
def test_no_authentic_nonsense_breaks_the_rtcp_reader(kind, count, body):
    body += bytes(-len(body) % 4)
    data = struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body
    for packet in rtcp.read(data):
        rtcp.asks_key_frame(packet)
        rtcp.lost(packet)
        rtcp.bitrate_limit(packet)


def _inbound(participant, track):
    stats = participant.client.call("stats", room=participant.room, peer=participant.name)
    return stats[participant.room][participant.name][f"inbound-{track}"]
