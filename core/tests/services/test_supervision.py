"""When what died is started again, and what is looked at before anything is started."""

from __future__ import annotations

import socket

import pytest

from palabre.config import Settings
from palabre.services.known import MEDIA, known_services
from palabre.services.ports import PortTaken, check_ports
from palabre.services.service import Port, Process
from palabre.services.supervisor import GOOD_START_S, PAUSES_S, Restarts


class Stopwatch:
    """Seconds that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Stopwatch()


@pytest.fixture
def restarts(clock):
    return Restarts(Process("web", ("/bin/true",)), clock)


def test_what_ran_well_is_started_again_at_once(restarts, clock):
    for _ in range(10):
        assert restarts.starting() == 0.0
        clock.now += GOOD_START_S + 1
        restarts.ended(-9)


def test_what_dies_at_once_again_and_again_is_started_ever_later(restarts, clock):
    pauses = []
    for _ in range(8):
        pauses.append(restarts.starting())
        clock.now += pauses[-1] + 0.1
        restarts.ended(1)
    assert pauses == [*PAUSES_S, PAUSES_S[-1], PAUSES_S[-1]]


def test_one_good_run_clears_the_record(restarts, clock):
    for _ in range(5):
        clock.now += restarts.starting() + 0.1
        restarts.ended(1)
    clock.now += restarts.starting() + GOOD_START_S + 1
    restarts.ended(-9)
    assert restarts.starting() == 0.0


@pytest.mark.parametrize(("protocol", "kind"), [("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)])
def test_a_taken_port_is_found_and_named(protocol, kind):
    with socket.socket(type=kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if protocol == "tcp":
            taken.listen()
        number = taken.getsockname()[1]
        port = Port(protocol, "127.0.0.1", number, "PALABRE_WEB__PORT")
        with pytest.raises(PortTaken, match=rf"{protocol.upper()} port {number} .* PALABRE_WEB__PORT="):
            check_ports([port])
    check_ports([port])


def test_an_address_that_is_not_this_machines_is_named():
    with pytest.raises(PortTaken, match=r"192\.0\.2\.77"):
        check_ports([Port("tcp", "192.0.2.77", 8000, "PALABRE_WEB__PORT")])


def test_each_media_worker_has_its_own_channel_and_port(tmp_path):
    settings = Settings(
        data_dir=tmp_path, media={"workers": 2, "udp_port": 41000, "announce": ["203.0.113.7"]}
    )
    first, second = MEDIA.processes(settings)
    assert [first.name, second.name] == ["media-0", "media-1"]
    assert [port.number for process in (first, second) for port in process.ports] == [41000, 41001]
    assert f"--socket={tmp_path}/media-1.sock" in second.command
    assert "--announce=203.0.113.7" in second.command


def test_the_web_and_the_core_bring_their_services():
    assert list(known_services())[:2] == ["media", "worker"]
    assert "web" in known_services()
