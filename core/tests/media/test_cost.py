"""The cost of a packet is told over the last minute, and only while packets flow."""

from __future__ import annotations

import pytest

from palabre.media.cost import FEWEST_PACKETS, NOTES, PacketCost


def noted(*totals):
    cost = PacketCost()
    for cpu_s, packets in totals:
        cost.note(cpu_s, packets)
    return cost.recent_s()


def test_cpu_time_is_divided_by_packets():
    assert noted((2.0, 1_000), (2.3, 2_000), (3.0, 101_000)) == pytest.approx(10e-6)


def test_a_worker_that_forwards_next_to_nothing_has_no_cost():
    assert noted() is None
    assert noted((2.0, 1_000)) is None
    assert noted((2.0, 1_000), (2.1, 1_000 + FEWEST_PACKETS - 1)) is None


def test_what_lies_longer_back_is_forgotten():
    busy = [(0.0, 0), (90.0, 1_000_000)]
    assert noted(*busy, *((90.0 + n, 1_000_000 + 50_000 * n) for n in range(NOTES))) == pytest.approx(20e-6)
