"""What the compiled part takes, refuses and gives back: no argument harms, no peer leaves memory behind."""

from __future__ import annotations

import errno
import gc
import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path as File

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.media.forwarder import Destination, Path, PythonForwarder, Source, SrtpKeys, SrtpProfile, native


def bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


def test_peers_that_go_leave_nothing_behind():
    with bound() as sock:
        forwarder = PythonForwarder([sock], native=True)

        def come_and_go(times: int) -> None:
            publisher = forwarder.add_peer()
            stream = forwarder.add_stream(publisher, Source("video", "1", 120, 124, ssrc=5000))
            for _ in range(times):
                peer = forwarder.add_peer()
                forwarder.secure(peer, SrtpKeys(SrtpProfile.AES_128_GCM, os.urandom(28), os.urandom(28)))
                forwarder.send_to(peer, Path(0, ("127.0.0.1", 9)))
                forwarder.add_route(stream, peer, Destination(7000, 96, 7001, 97))
                forwarder.remove_peer(peer)
            forwarder.remove_peer(publisher)
            gc.collect()

        come_and_go(1000)
        before = resident_bytes()
        come_and_go(10_000)
        assert resident_bytes() - before < 3_000_000  # one cipher context of each would be 8 MB


def resident_bytes() -> int:
    return int(File("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def gcm():
    return native.new_gcm((b"k" * 16, b"s" * 12), (b"K" * 16, b"S" * 12))


def test_what_goes_is_given_back():
    kind = type(gcm())
    references = sys.getrefcount(kind)
    for _ in range(100):
        gcm()
    assert sys.getrefcount(kind) == references
    cipher, forged = gcm(), bytes(60_000)
    cipher.open(forged, 12, 1, 1)
    before = resident_bytes()
    for index in range(200):
        assert cipher.open(forged, 12, 1, index) is None
    assert resident_bytes() - before < 3_000_000  # the payloads would be 12 MB


def test_keys_of_another_length_are_refused():
    for wrong in ((b"k" * 15, b"s" * 12), (b"k" * 16, b"s" * 14), (b"", b"")):
        for pair in ((wrong, (b"k" * 16, b"s" * 12)), ((b"k" * 16, b"s" * 12), wrong)):
            with pytest.raises(ValueError, match="a key of 16 bytes and a salt of 12"):
                native.new_gcm(*pair)


anything = st.one_of(
    st.none(),
    st.integers(-(2**70), 2**70),
    st.binary(max_size=70),
    st.text(max_size=3),
    st.tuples(),
    st.tuples(st.integers(), st.integers(), st.integers(), st.binary(max_size=90)),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(anything, st.lists(anything).map(tuple)), max_size=11))
def test_no_argument_does_harm(arguments):
    for call in (gcm().open, gcm().send):
        with suppress(TypeError, ValueError, OverflowError, OSError):
            call(*arguments)


PACKED = struct.pack("=H2s4s8x", socket.AF_INET, b"\0\x09", bytes((127, 0, 0, 1)))
CALL = [0, PACKED, ((0x8000, 1, 0, b"x"),), b"", 1, 96, 0, 0, 0, True]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 9), st.one_of(anything, st.lists(anything).map(tuple)))
def test_no_single_wrong_argument_does_harm(position, value):
    with bound() as sock:
        arguments = [sock.fileno(), *CALL[1:]]
        arguments[position] = value
        with suppress(TypeError, ValueError, OverflowError, OSError):
            gcm().send(*arguments)


def test_a_run_that_no_datagram_holds_is_refused():
    part = (0x8000, 1, 0, bytes(1400))
    for parts, extensions in (
        ((part,) * 65, b""),
        (((0x8000, 1, 0, b"x"),) * 65, b""),
        (((0x8000, 1, 0, bytes(70_000)),), b""),
        ((part,), bytes(70_000)),
    ):
        with pytest.raises(OSError, match="too long") as refused, bound() as sock:
            gcm().send(sock.fileno(), PACKED, parts, extensions, 1, 96, 0, 0, 0, True)
        assert refused.value.errno == errno.EMSGSIZE


def test_a_run_of_unequal_packets_is_refused():
    for sizes in ((100, 101), (100, 99, 100)):
        parts = tuple((0x8000, number, 0, bytes(size)) for number, size in enumerate(sizes))
        with pytest.raises(ValueError, match="only the last packet of a run may be shorter"), bound() as sock:
            gcm().send(sock.fileno(), PACKED, parts, b"", 1, 96, 0, 0, 0, True)
