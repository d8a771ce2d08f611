"""Packets are grouped so that one system call can send them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from palabre.media.forwarder.packets import Packet
from palabre.media.forwarder.rtp import PADDING
from palabre.media.forwarder.segments import MOST_PADDING, MOST_SEGMENTS, plan


def runs_of(*sizes):
    packets = [Packet(number, 0, False, bytes(size), None) for number, size in enumerate(sizes)]
    return [[len(part.payload) for part in run.parts] for run in plan(packets)]


def test_nearly_equal_parts_of_a_frame_share_a_run():
    assert runs_of(824, 825, 825) == [[825, 825, 825]]


def test_the_last_part_may_be_shorter():
    assert runs_of(1100, 1098, 1100, 300) == [[1100, 1100, 1100, 300]]


def test_a_longer_part_begins_another_run():
    assert runs_of(300, 1100, 1100) == [[300], [1100, 1100]]


@given(st.lists(st.integers(0, 1500), max_size=120))
def test_runs_hold_every_packet_in_order_and_fit_the_kernel(sizes):
    packets = [Packet(number, 0, False, bytes(size), None) for number, size in enumerate(sizes)]
    runs = plan(packets)
    assert [part.sequence for run in runs for part in run.parts] == list(range(len(sizes)))
    for run in runs:
        *others, last = run.parts
        assert all(len(part.payload) == run.payload_size for part in others)
        assert len(last.payload) <= run.payload_size
        assert len(run.parts) <= MOST_SEGMENTS
        for part in run.parts:
            added = len(part.payload) - sizes[part.sequence]
            assert 0 <= added <= (MOST_PADDING if part is not last else 0)
            assert bool(part.first & PADDING) == (added > 0)
            assert not added or part.payload[-1] == added
