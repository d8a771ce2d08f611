"""The compiled part sends what the Python path sends, packet for packet, and counts as it does."""

from __future__ import annotations

import os
import select
import socket
import struct
from dataclasses import replace
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.media.forwarder import Destination, Path, PythonForwarder, Source, SrtpKeys, SrtpProfile, native
from palabre.media.forwarder.outlets import Outlet, Target
from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.sealers import View
from palabre.media.forwarder.segments import plan
from palabre.media.forwarder.srtp import Protection

SALTS = {SrtpProfile.AES_128_GCM: 12, SrtpProfile.AES_128_CM_SHA1_80: 14}
HOSTS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
VIDEO = Source("video", "1", 120, 124, ssrc=5000, rtx_ssrc=5001)
AUDIO = Source("audio", "0", 109, ssrc=6000, level_extension=1)
#: ``linux/socket.h``: nothing can be segmented without checksums, and Linux refuses runs.
SO_NO_CHECK = 11


def test_the_compiled_part_is_built_where_tests_run():
    assert native.is_available(), (
        f"The compiled part is not there, {native.missing}: run 'sudo apt install {native.DEBIAN_PACKAGES}' and "
        "'.venv/bin/pip install --no-deps --editable core', then try again."
    )


def bound(family: int = socket.AF_INET) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((HOSTS[family], 0))
    made.setblocking(False)
    return made


def waiting_at(sock: socket.socket) -> list[bytes]:
    found = []
    while select.select([sock], [], [], 0)[0]:
        found.append(sock.recv(65_536))
    return found


class Side:
    """A forwarder of one kind with its subscribers; two sides have the same keys and get the same packets."""

    def __init__(
        self, native: bool, profile: SrtpProfile, keys: list[bytes], family: int, segmentation: bool
    ):
        self.now = 100.0
        self.socket, self.publisher = bound(family), bound(family)
        self.forwarder = PythonForwarder(
            [self.socket], segmentation=segmentation, native=native, clock=lambda: self.now
        )
        first, *others = keys
        publisher = self._peer(profile, first, self.publisher)
        streams = [self.forwarder.add_stream(publisher, source) for source in (VIDEO, AUDIO)]
        self.subscribers = [bound(family) for _ in others]
        self.routes = []
        for number, (key, sock) in enumerate(zip(others, self.subscribers, strict=True)):
            peer = self._peer(profile, key, sock)
            for stream, destination in zip(streams, destinations(number), strict=True):
                self.routes.append(self.forwarder.add_route(stream, peer, destination))
        self.streams = streams

    def take(self, datagrams: list[bytes]) -> list[list[bytes]]:
        for datagram in datagrams:
            self.publisher.sendto(datagram, self.socket.getsockname())
            self.forwarder.pump(0)
        self.forwarder.flush()
        return [waiting_at(sock) for sock in self.subscribers]

    def counts(self) -> list[object]:
        forwarder = self.forwarder
        return [forwarder.stats(), *map(forwarder.route_stats, self.routes)]

    def close(self) -> None:
        for sock in (self.socket, self.publisher, *self.subscribers):
            sock.close()

    def _peer(self, profile: SrtpProfile, key: bytes, sock: socket.socket):
        peer = self.forwarder.add_peer()
        self.forwarder.secure(peer, SrtpKeys(profile, receive=key, send=key[::-1]))
        for use in (self.forwarder.accept_from, self.forwarder.send_to):
            use(peer, Path(0, sock.getsockname()))
        return peer


def destinations(number: int) -> tuple[Destination, Destination]:
    video, audio = 7000 + 10 * number, 0xFFFF_0000 + number
    return Destination(video, 96, video + 1, 97), Destination(audio, 111)


class Pair:
    """Both sides, and one publisher's cipher."""

    def __init__(self, profile: SrtpProfile, family: int, segmentation: bool, receivers: int) -> None:
        keys = [os.urandom(16 + SALTS[profile]) for _ in range(receivers + 1)]
        self.sides = [Side(native, profile, keys, family, segmentation) for native in (False, True)]
        publisher = Protection(SrtpKeys(profile, receive=keys[0], send=keys[0]))
        self._seal_video, self._seal_audio = publisher.sealer(5000).seal, publisher.sealer(6000).seal
        self._video = self._audio = 65_530

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        for side in self.sides:
            side.close()

    def frame(self, sizes: list[int], timestamp: int = 3000) -> list[bytes]:
        """Video packets of one frame, protected."""
        packets = []
        for position, size in enumerate(sizes, 1):
            marker = (position == len(sizes)) << 7
            header = struct.pack("!BBHII", 0x80, marker | 120, self._video & 0xFFFF, timestamp, 5000)
            packets.append(self._seal_video(header, os.urandom(size), self._video))
            self._video += 1
        return packets

    def word(self, size: int, level: int | None) -> list[bytes]:
        """One audio packet, protected."""
        first = 0x80 if level is None else 0x90
        header = struct.pack("!BBHII", first, 109, self._audio & 0xFFFF, 960, 6000)
        if level is not None:
            header += struct.pack("!HHBBH", 0xBEDE, 1, 0x10, level, 0)
        self._audio += 1
        return [self._seal_audio(header, os.urandom(size), self._audio - 1)]

    def assert_equal(self, datagrams: list[bytes]) -> list[list[bytes]]:
        python, compiled = (side.take(datagrams) for side in self.sides)
        assert python == compiled
        counts = [side.counts() for side in self.sides]
        assert counts[0] == counts[1]
        return compiled


profiles = pytest.mark.parametrize("profile", list(SrtpProfile), ids=["gcm", "cm"])
families = pytest.mark.parametrize("family", list(HOSTS), ids=["ipv4", "ipv6"])
ways = pytest.mark.parametrize("segmentation", [True, False], ids=["segmentation", "single"])


@profiles
@families
@ways
def test_frames_of_odd_sizes_are_the_same_for_many_receivers(profile, family, segmentation):
    with Pair(profile, family, segmentation, receivers=30) as pair:
        for sizes in ([1098, 1100, 1099, 1050], [1], [0], [0, 0, 5], [800, 801, 808, 1300, 3], [1200] * 60):
            got = pair.assert_equal(pair.frame(sizes))
            assert {len(packets) for packets in got} == {len(sizes)}


@profiles
def test_sound_is_the_same_with_and_without_a_level(profile):
    with Pair(profile, socket.AF_INET, True, receivers=2) as pair:
        for size, level in ((80, 0x9E), (0, 0), (1, None), (1200, 127)):
            assert [len(packets) for packets in pair.assert_equal(pair.word(size, level))] == [1, 1]


def test_what_follows_a_pause_a_move_and_a_loss_is_the_same():
    with Pair(SrtpProfile.AES_128_GCM, socket.AF_INET, True, receivers=3) as pair:
        pair.assert_equal(pair.frame([500, 500], timestamp=0xFFFF_FFF0))
        late = pair.frame([300])
        for side in pair.sides:
            side.forwarder.pause(side.streams[0], True)
        pair.assert_equal(pair.frame([900]))
        for side in pair.sides:
            side.forwarder.pause(side.streams[0], False)
            side.now += 7
        pair.assert_equal(pair.frame([700, 700, 20], timestamp=5))
        assert pair.assert_equal(late) == [[], [], []]
        for side in pair.sides:
            side.forwarder.move_route(side.routes[0], side.streams[1])
        pair.assert_equal(pair.word(90, 10))
        sent = [side.forwarder.retransmit(side.routes[2], [1, 3, 4, 5, 99]) for side in pair.sides]
        assert sent == [3, 3]
        assert [len(packets) for packets in pair.assert_equal([])] == [0, 3, 0]


def test_a_forged_packet_is_refused_by_both():
    with Pair(SrtpProfile.AES_128_GCM, socket.AF_INET, True, receivers=1) as pair:
        [packet] = pair.frame([40])
        for place in range(len(packet)):
            forged = bytearray(packet)
            forged[place] ^= 0x10
            assert pair.assert_equal([bytes(forged), packet[:place]]) == [[]]
        assert len(pair.assert_equal([packet])[0]) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 1900), min_size=1, max_size=40), min_size=1, max_size=4),
    st.sampled_from(list(HOSTS)),
    st.booleans(),
)
def test_any_frames_are_the_same(frames, family, segmentation):
    with Pair(SrtpProfile.AES_128_GCM, family, segmentation, receivers=2) as pair:
        for sizes in frames:
            pair.assert_equal(pair.frame(sizes))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 127),
    st.integers(-(2**40), 2**40),
    st.integers(0, 2**48 - 100),
    st.integers(-(2**40), 2**40),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=8),
)
def test_any_view_of_a_run_is_the_same(ssrc, payload_type, offset, began, shift, timestamp, extensions):
    view = View(ssrc, payload_type, offset, began, shift)
    packets = [
        Packet(began + offset + step, timestamp, marker=step == 2, payload=bytes(20 + step), level=None)
        for step in (-1, 0, 1, 2)
        if began + step >= 0
    ]
    with bound() as ours, bound() as theirs:
        sent = []
        for sealer in sealers(ssrc):
            target = Target(Outlet(ours, True), theirs.getsockname())
            results = [sealer.send_run(run, view, target) for run in plan(packets, extensions)]
            sent.append((results, waiting_at(theirs)))
        assert sent[0] == sent[1]
        assert len(sent[0][1]) == 3


def sealers(ssrc: int = 1):
    keys = SrtpKeys(SrtpProfile.AES_128_GCM, receive=b"r" * 28, send=b"s" * 28)
    return [Protection(keys, native=native).sealer(ssrc) for native in (False, True)]


RUNS = plan([Packet(number, 0, False, bytes(900), None) for number in range(1, 6)])


@pytest.mark.parametrize("segmentation", [True, False])
def test_a_full_buffer_of_the_kernel_is_counted_the_same(segmentation):
    counted = []
    for sealer in sealers():
        # A UDP socket on the loopback interface is never full, a Unix one is after a few datagrams.
        name = b"\0palabre-" + os.urandom(8)
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours,
        ):
            theirs.bind(name)
            ours.setblocking(False)
            outlet = Outlet(ours, segmentation)
            target = Target(outlet, name)
            target.packed = struct.pack("=H", socket.AF_UNIX) + name
            results = [sealer.send_run(RUNS[0], View(1, 96), target) for _ in range(100)]
            arrived = waiting_at(theirs)
        counted.append((results, outlet.sends, outlet.unsent, arrived))
    assert counted[0] == counted[1]
    assert counted[0][1] == (100 if segmentation else 500)
    assert counted[0][2] > 400 - (0 if segmentation else 100)


def test_where_runs_are_refused_both_send_single_packets():
    for sealer in sealers():
        with bound() as ours, bound() as theirs:
            ours.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
            outlet = Outlet(ours, True)
            target = Target(outlet, theirs.getsockname())
            assert sealer.send_run(RUNS[0], View(1, 96), target) == (5, 5 * 928)
            assert (outlet.sends, outlet.unsent) == (6, 0)
            assert len(waiting_at(theirs)) == 5


@pytest.mark.parametrize("refused", ["broadcast", "closed"])
@pytest.mark.parametrize("segmentation", [True, False])
def test_what_the_kernel_refuses_is_counted_the_same(refused, segmentation):
    counted = []
    for sealer in sealers():
        with bound() as ours:
            outlet = Outlet(ours, segmentation)
            host = "255.255.255.255" if refused == "broadcast" else "127.0.0.1"
            target = Target(outlet, (host, 9))
            if refused == "closed":
                ours.close()
            counted.append((sealer.send_run(RUNS[0], View(1, 96), target), outlet.sends, outlet.unsent))
    assert counted[0] == counted[1]
    assert counted[0][2] == 5


def test_an_address_that_is_no_number_is_left_to_python():
    for sealer in sealers():
        with bound() as ours, bound() as theirs:
            target = Target(Outlet(ours, True), ("localhost", theirs.getsockname()[1]))
            assert target.packed is None
            sealer.send_run(RUNS[0], View(1, 96), target)
            assert len(waiting_at(theirs)) == 5


def test_a_forwarder_can_be_told_to_do_without():
    with bound() as sock:
        assert PythonForwarder([sock], native=False).native is False
        assert PythonForwarder([sock]).native is True


def test_where_it_was_not_built_everything_is_done_in_python(monkeypatch):
    monkeypatch.setattr(native, "missing", "it was not built")
    with bound() as sock:
        assert PythonForwarder([sock]).native is False
        with pytest.raises(ValueError, match="not there: it was not built"):
            PythonForwarder([sock], native=True)


def test_a_long_run_is_sent_by_python_when_the_compiled_part_has_no_room():
    packets = [Packet(number, 0, False, bytes(1400), None) for number in range(1, 45)]
    [run] = plan(packets)
    longer = replace(run, extensions=bytes(200))
    counted = []
    for sealer in sealers():
        with bound() as ours, bound() as theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_194_304)
            outlet = Outlet(ours, True)
            result = sealer.send_run(longer, View(1, 96), Target(outlet, theirs.getsockname()))
            counted.append((result, outlet.sends, outlet.unsent, waiting_at(theirs)))
    assert counted[0] == counted[1]
