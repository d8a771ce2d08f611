"""The packet path, seen from the wire: libsrtp publishes and subscribes, real sockets carry."""

from __future__ import annotations

import os
import select
import socket
import struct

import pytest
from aiortc.rtp import RtpPacket
from pylibsrtp import Policy, Session

from palabre.media.forwarder import (
    Destination,
    Gap,
    Path,
    PythonForwarder,
    Rtcp,
    Source,
    SrtpKeys,
    SrtpProfile,
)
from palabre.media.forwarder.segments import MOST_PADDING

SALTS = {SrtpProfile.AES_128_GCM: 12, SrtpProfile.AES_128_CM_SHA1_80: 14}
LIBSRTP = {
    SrtpProfile.AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AES_128_CM_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
VIDEO = Source("video", "1", 120, 124, ssrc=5000, rtx_ssrc=5001, mid_extension=4)
AUDIO = Source("audio", "0", 109, ssrc=6000, mid_extension=4, level_extension=1)
TO_VIDEO = Destination(7000, 96, 7001, 97)
TO_AUDIO = Destination(8000, 111)


class Browser:
    """The other end of one peer of the forwarder."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        ours, theirs = os.urandom(16 + SALTS[world.profile]), os.urandom(16 + SALTS[world.profile])
        self._sealer = self._session(ours, Policy.SSRC_ANY_OUTBOUND)
        self._opener = self._session(theirs, Policy.SSRC_ANY_INBOUND)
        self.peer = world.forwarder.add_peer()
        world.forwarder.secure(self.peer, SrtpKeys(world.profile, receive=ours, send=theirs))
        path = Path(0, self.socket.getsockname())
        world.forwarder.accept_from(self.peer, path)
        world.forwarder.send_to(self.peer, path)

    def sealed(self, sequence: int, payload: bytes = b"x" * 50, **fields: object) -> bytes:
        return self._sealer.protect(rtp(sequence, payload, **fields))

    def sends(self, *sequences: int, payload: bytes = b"x" * 50, **fields: object) -> list:
        return self.sends_raw(*(self.sealed(sequence, payload, **fields) for sequence in sequences))

    def sends_raw(self, *datagrams: bytes) -> list:
        for datagram in datagrams:
            self.socket.sendto(datagram, self.world.address)
        events = list(self.world.pump())
        self.world.forwarder.flush()
        return events

    def sends_rtcp(self, data: bytes) -> list:
        return self.sends_raw(self._sealer.protect_rtcp(data))

    def raw(self) -> list[bytes]:
        found = []
        while select.select([self.socket], [], [], 0)[0]:
            found.append(self.socket.recv(4096))
        return found

    def gets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(self._opener.unprotect(data)) for data in self.raw()]

    def gets_rtcp(self) -> list[bytes]:
        return [self._opener.unprotect_rtcp(data) for data in self.raw()]

    def _session(self, key: bytes, direction: int) -> Session:
        policy = Policy(key=key, ssrc_type=direction, srtp_profile=LIBSRTP[self.world.profile])
        policy.allow_repeat_tx = True
        policy.window_size = 1024
        return Session(policy)


class World:
    """A forwarder on one socket, a publisher and subscribers."""

    def __init__(self, profile: SrtpProfile, native: bool, segmentation: bool | None = None) -> None:
        self.profile = profile
        self.now = 100.0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.address = self.socket.getsockname()
        self.forwarder = PythonForwarder(
            [self.socket], segmentation=segmentation, native=native, clock=lambda: self.now
        )
        self.publisher = Browser(self)
        self.subscriber = Browser(self)

    def pump(self):
        return self.forwarder.pump(0)

    def video(self, source: Source = VIDEO):
        stream = self.forwarder.add_stream(self.publisher.peer, source)
        return stream, self.forwarder.add_route(stream, self.subscriber.peer, TO_VIDEO)

    def audio(self):
        stream = self.forwarder.add_stream(self.publisher.peer, AUDIO)
        return stream, self.forwarder.add_route(stream, self.subscriber.peer, TO_AUDIO)


def rtp(sequence, payload, *, pt=120, ssrc=5000, timestamp=9000, marker=1, extensions=None, padding=0):
    first = 0x80 | (0x10 if extensions else 0) | (0x20 if padding else 0)
    header = struct.pack("!BBHII", first, marker << 7 | pt, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    for number, value in (extensions or {}).items():
        body = bytes((number << 4 | len(value) - 1,)) + value
        body += bytes(-len(body) % 4)
        header += struct.pack("!HH", 0xBEDE, len(body) // 4) + body
    return header + payload + (bytes(padding - 1) + bytes((padding,)) if padding else b"")


@pytest.fixture(params=[False, True], ids=["python", "native"])
def native(request):
    return request.param


@pytest.fixture(params=list(SrtpProfile), ids=["gcm", "cm"])
def world(request, native):
    made = World(request.param, native)
    yield made
    made.socket.close()
    made.publisher.socket.close()
    made.subscriber.socket.close()


def test_a_packet_reaches_the_subscriber_under_its_own_name(world):
    world.video()
    world.publisher.sends(40_000, payload=b"picture" * 20, timestamp=1234)
    [packet] = world.subscriber.gets()
    assert (packet.ssrc, packet.payload_type, packet.timestamp, packet.marker) == (7000, 96, 1234, 1)
    assert packet.payload == b"picture" * 20


def test_sequence_numbers_begin_low_and_follow_the_publisher(world):
    world.video()
    world.publisher.sends(65_534, 65_535, 65_536, 65_538)
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 2, 3, 5]


def test_sequence_numbers_wrap_without_losing_the_subscriber(world):
    world.video()
    for sequence in range(0, 140_000, 400):
        world.publisher.sends(sequence)
        assert len(world.subscriber.gets()) == 1


def test_each_subscriber_gets_each_packet(world):
    stream, _ = world.video()
    other = Browser(world)
    world.forwarder.add_route(stream, other.peer, TO_VIDEO)
    world.publisher.sends(1, 2, 3)
    assert len(world.subscriber.gets()) == len(other.gets()) == 3


@pytest.mark.parametrize("segmentation", [True, False])
@pytest.mark.parametrize("profile", list(SrtpProfile), ids=["gcm", "cm"])
def test_a_frame_arrives_whole_with_and_without_segmentation(profile, segmentation, native):
    world = World(profile, native, segmentation)
    world.video()
    sizes = [824, 825, 825, 820, 700, 30]
    frame = [
        world.publisher.sealed(number, bytes([number]) * size, marker=number == 6)
        for number, size in enumerate(sizes, 1)
    ]
    world.publisher.sends_raw(*frame)
    packets = world.subscriber.gets()
    assert [packet.payload for packet in packets] == [bytes([n]) * size for n, size in enumerate(sizes, 1)]
    assert [packet.marker for packet in packets] == [0, 0, 0, 0, 0, 1]
    assert all(packet.padding_size <= MOST_PADDING for packet in packets)
    assert world.forwarder.stats().sends == (2 if segmentation else 6)


def test_packets_wait_for_their_frame_only_until_flushed(world):
    world.video()
    world.publisher.socket.sendto(world.publisher.sealed(1, marker=0), world.address)
    world.pump()
    assert world.forwarder.waiting
    assert not world.subscriber.raw()
    world.forwarder.flush()
    assert not world.forwarder.waiting
    assert len(world.subscriber.gets()) == 1


def test_a_pause_leaves_no_gap(world):
    stream, _ = world.video()
    world.publisher.sends(10, 11)
    world.forwarder.pause(stream, True)
    world.publisher.sends(12, 13, 14)
    world.forwarder.pause(stream, False)
    world.publisher.sends(15, 16, 12)
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 2, 3, 4]


def test_another_stream_goes_on_where_the_first_stopped(world):
    _, route = world.video()
    world.publisher.sends(10, 11, timestamp=1000)
    again = Browser(world)
    stream = world.forwarder.add_stream(again.peer, VIDEO)
    world.forwarder.move_route(route, stream)
    world.now += 0.5
    again.sends(50_000, timestamp=777_000)
    packets = world.subscriber.gets()
    assert [packet.sequence_number for packet in packets] == [1, 2, 3]
    assert [packet.timestamp for packet in packets] == [1000, 1000, 1000 + 45_000]
    assert world.forwarder.route_stats(route).timestamp_offset == 46_000 - 777_000


def test_lost_packets_are_sent_again_as_rtx(world):
    _, route = world.video()
    world.publisher.sends(500, payload=b"first")
    world.publisher.sends(501, payload=b"second", timestamp=77)
    world.subscriber.raw()
    assert world.forwarder.retransmit(route, [2, 9]) == 1
    [packet] = world.subscriber.gets()
    assert (packet.ssrc, packet.payload_type, packet.timestamp) == (7001, 97, 77)
    assert packet.payload == struct.pack("!H", 2) + b"second"


def test_a_broken_receiver_cannot_ask_for_ever(world):
    _, route = world.video()
    world.publisher.sends(1)
    assert sum(world.forwarder.retransmit(route, [1] * 100) for _ in range(50)) == 500
    world.now += 1.5
    assert world.forwarder.retransmit(route, [1]) == 1


def test_missing_packets_are_known_until_they_come_or_are_given_up(world):
    stream, _ = world.video()
    events = world.publisher.sends(1, 2, 5, 6)
    assert events == [Gap(world.publisher.peer, stream)]
    assert list(world.forwarder.missing(stream)) == [3, 4]
    world.publisher.sends(4)
    rtx = world.publisher.sealed(1, struct.pack("!H", 3) + b"repaired", pt=124, ssrc=5001)
    world.publisher.sends_raw(rtx)
    assert not world.forwarder.missing(stream)
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 2, 5, 6, 4, 3]
    world.publisher.sends(9)
    world.now += 2
    assert not world.forwarder.missing(stream)
    stats = world.forwarder.stream_stats(stream)
    assert (stats.packets_recovered, stats.packets_lost) == (1, 3)


def test_a_packet_recovered_twice_is_forwarded_once(world):
    world.video()
    world.publisher.sends(1, 3)
    for number in (1, 2):
        world.publisher.sends(number, payload=struct.pack("!H", 2) + b"again", pt=124, ssrc=5001)
    world.publisher.sends(2)
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 3, 2]


def test_replayed_packets_are_dropped(world):
    stream, _ = world.video()
    sealed = world.publisher.sealed(1)
    world.publisher.sends_raw(sealed, sealed)
    assert len(world.subscriber.gets()) == 1
    assert world.forwarder.stream_stats(stream).packets_duplicated == 1


def test_forged_and_malformed_packets_are_counted_and_harm_nobody(world):
    world.video()
    sealed = world.publisher.sealed(1)
    broken = [sealed[:-1] + bytes((sealed[-1] ^ 1,)), sealed[:20], sealed[:12], sealed[:3], b"\x80"]
    broken += [b"\x9f" + sealed[1:], b"\x80\xc8" + sealed[2:]]
    world.publisher.sends_raw(*broken)
    assert world.forwarder.peer_stats(world.publisher.peer).packets_refused == len(broken)
    assert not world.subscriber.raw()
    world.publisher.sends_raw(sealed)
    assert len(world.subscriber.gets()) == 1


def test_media_from_a_stranger_is_dropped(world):
    world.video()
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.sendto(world.publisher.sealed(1), world.address)
    stranger.close()
    assert world.pump() == []
    assert world.forwarder.stats().packets_unknown == 1
    assert not world.subscriber.raw()


def test_an_unknown_ssrc_is_learnt_from_its_mid(world):
    stream, _ = world.video(Source("video", "1", 120, 124, mid_extension=4))
    world.publisher.sends(1, ssrc=42)
    world.publisher.sends(2, ssrc=42, extensions={4: b"1"})
    world.publisher.sends(3, ssrc=42)
    world.publisher.sends(1, payload=struct.pack("!H", 1) + b"r", ssrc=43, pt=124, extensions={4: b"1"})
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 2]
    assert world.forwarder.stream_stats(stream).ssrc == 42
    assert world.forwarder.stream_stats(stream).keyed_by_mid


def test_a_publisher_that_changes_its_ssrc_goes_on_without_a_gap(world):
    world.video()
    world.publisher.sends(1, 2)
    world.publisher.sends(30_000, ssrc=99, extensions={4: b"1"})
    assert [packet.sequence_number for packet in world.subscriber.gets()] == [1, 2, 3]


def test_the_audio_level_is_heard_and_passed_on(world):
    stream, _ = world.audio()
    for number in range(20):
        world.publisher.sends(number, pt=109, ssrc=6000, extensions={1: bytes((0x80 | 20,))})
    assert 0.6 < world.forwarder.loudness(stream) < 0.75
    packet = world.subscriber.raw()[-1]
    assert packet[12:18] == b"\xbe\xde\x00\x01\x10" + bytes((0x80 | 20,))
    world.now += 3
    assert world.forwarder.loudness(stream) < 0.01


def test_other_payload_types_are_not_forwarded(world):
    world.video()
    world.publisher.sends(1, pt=100)
    assert not world.subscriber.raw()


def test_padding_of_the_publisher_is_taken_off(world):
    world.video()
    world.publisher.sends(1, payload=b"body", padding=20)
    [packet] = world.subscriber.gets()
    assert (packet.payload, packet.padding_size) == (b"body", 0)


def test_rtcp_passes_both_ways(world):
    report = struct.pack("!BBHI", 0x80, 201, 1, 5000)
    assert world.publisher.sends_rtcp(report) == [Rtcp(world.publisher.peer, report)]
    world.forwarder.send_rtcp(world.subscriber.peer, report)
    assert world.subscriber.gets_rtcp() == [report]


def test_what_is_no_media_is_handed_back(world):
    [event] = world.publisher.sends_raw(b"\x16hello")
    assert event.data == b"\x16hello"
    assert event.path == Path(0, world.publisher.socket.getsockname())


def test_the_path_to_a_subscriber_moves(world):
    world.video()
    moved = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    moved.bind(("127.0.0.1", 0))
    world.forwarder.send_to(world.subscriber.peer, Path(0, moved.getsockname()))
    world.publisher.sends(1)
    assert not world.subscriber.raw()
    assert moved.recv(2000)
    moved.close()


def test_what_is_removed_is_forgotten(world):
    stream, route = world.video()
    world.forwarder.remove_peer(world.subscriber.peer)
    world.publisher.sends(1)
    with pytest.raises(KeyError):
        world.forwarder.route_stats(route)
    world.forwarder.remove_peer(world.publisher.peer)
    with pytest.raises(KeyError):
        world.forwarder.stream_stats(stream)
    world.publisher.sends(2)
    assert world.forwarder.stats().packets_unknown == 1


def test_a_stream_published_again_keeps_its_packet_counter(world):
    stream, _ = world.video()
    for sequence in range(0, 70_000, 500):
        world.publisher.sends(sequence)
    world.subscriber.raw()
    world.forwarder.remove_stream(stream)
    stream = world.forwarder.add_stream(world.publisher.peer, VIDEO)
    world.forwarder.add_route(stream, world.subscriber.peer, Destination(7002, 96, 7003, 97))
    world.publisher.sends(70_000)
    assert len(world.subscriber.gets()) == 1
