"""Connectivity checks and demultiplexing: who is who on one port, and where replies go."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate

from palabre.media.forwarder import PythonForwarder
from palabre.media.transport.addresses import (
    Candidate,
    CannotListen,
    candidates,
    local_addresses,
    open_sockets,
)
from palabre.media.transport.connection import MOST_PATHS, ConnectionState
from palabre.media.transport.mux import Mux


class Listener:
    def connection_changed(self, state):
        pass

    def take_rtcp(self, data):
        pass

    def missed(self, stream):
        pass


class Net:
    """A mux in this process and a browser's socket."""

    def __init__(self):
        self.sockets = open_sockets(0, ["127.0.0.1"])
        self.mux = Mux(self.sockets, PythonForwarder(self.sockets), RTCCertificate.generateCertificate())
        self.mux.start()
        self.connection = self.mux.connect(Listener())

    def browser(self):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        sock.connect(self.sockets[0].getsockname())
        return sock

    def check(self, *, ufrag=None, pwd=None, nominate=False, method=stun.Method.BINDING):
        message = stun.Message(message_method=method, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{ufrag or self.connection.credentials.ufrag}:browser"
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((pwd or self.connection.credentials.pwd).encode())
        return bytes(message)

    async def ask(self, sock, data, *, answered=True):
        sock.send(data)
        if answered:
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 2000), 5)
        # Silence is proved by the answer to a question that comes after.
        sock.send(self.check())
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 2000), 5)


def run(scenario):
    async def body():
        net = Net()
        await scenario(net)
        net.connection.close()
        await net.mux.stop()

    asyncio.run(body())


def test_a_check_is_answered_with_the_address_that_it_came_from():
    async def scenario(net):
        sock = net.browser()
        reply = stun.parse_message(await net.ask(sock, net.check()))
        assert reply.attributes["XOR-MAPPED-ADDRESS"] == sock.getsockname()
        assert reply.check_message_integrity(net.connection.credentials.pwd.encode())

    run(scenario)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pwd": "x" * 24},
        {"ufrag": "unknown"},
        {"method": stun.Method.ALLOCATE},
    ],
)
def test_a_check_that_is_not_authentic_is_ignored(wrong):
    async def scenario(net):
        sock = net.browser()
        wrong_check, right = net.check(**wrong), net.check()
        sock.send(wrong_check)
        sock.send(right)
        reply = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 2000), 5)
        assert stun.parse_message(reply).transaction_id == stun.parse_message(right).transaction_id
        assert net.mux.malformed == 1

    run(scenario)


def test_the_path_moves_only_when_the_browser_nominates():
    async def scenario(net):
        first, second = net.browser(), net.browser()
        await net.ask(first, net.check(nominate=True))
        assert net.connection.path.address == first.getsockname()
        await net.ask(second, net.check())
        assert net.connection.path.address == first.getsockname()
        await net.ask(second, net.check(nominate=True))
        assert net.connection.path.address == second.getsockname()

    run(scenario)


def test_nobody_is_pushed_out_of_an_address_that_is_in_use():
    async def scenario(net):
        sock = net.browser()
        await net.ask(sock, net.check(nominate=True))
        victim, net.connection = net.connection, net.mux.connect(Listener())
        sock.send(net.check(nominate=True))
        net.connection, forger = victim, net.connection
        await net.ask(sock, net.check())
        assert forger.path is None
        assert net.mux.malformed == 1
        victim._set_state(ConnectionState.DISCONNECTED)
        net.connection = forger
        await net.ask(sock, net.check(nominate=True))
        assert forger.path == victim.path

    run(scenario)


def test_a_browser_s_addresses_are_remembered_up_to_a_number():
    async def scenario(net):
        socks = [net.browser() for _ in range(MOST_PATHS + 1)]
        for sock in socks:
            await net.ask(sock, net.check())
        socks[0].send(b"\x16\xfe\xff" + bytes(50))
        socks[1].send(b"\x16\xfe\xff" + bytes(50))
        await net.ask(socks[2], net.check())
        assert net.mux.malformed == 1

    run(scenario)


def test_before_a_nomination_the_first_path_serves():
    async def scenario(net):
        sock = net.browser()
        await net.ask(sock, net.check())
        assert net.connection.path.address == sock.getsockname()

    run(scenario)


def test_after_an_ice_restart_only_the_new_credentials_count():
    async def scenario(net):
        sock = net.browser()
        old = net.check()
        net.connection.restart_ice()
        sock.send(old)
        await net.ask(sock, net.check())
        assert net.mux.malformed == 1

    run(scenario)


def test_dtls_from_an_address_without_a_check_is_ignored():
    async def scenario(net):
        sock = net.browser()
        sock.send(b"\x16\xfe\xff" + bytes(50))
        await net.ask(sock, net.check())
        assert net.mux.malformed == 1

    run(scenario)


def test_a_closed_connection_answers_no_more():
    async def scenario(net):
        sock, other = net.browser(), net.mux.connect(Listener())
        stale = net.check()
        net.connection.close()
        sock.send(stale)
        net.connection = other
        await net.ask(sock, net.check())
        assert net.mux.malformed == 1

    run(scenario)


def test_a_silent_browser_is_disconnected_and_comes_back():
    async def scenario(net):
        sock = net.browser()
        await net.ask(sock, net.check())
        net.connection._set_state(ConnectionState.CONNECTED)
        heard = net.connection._heard_at
        net.connection.look_after(heard + 5)
        assert net.connection.state is ConnectionState.CONNECTED
        net.connection.look_after(heard + 11)
        assert net.connection.state is ConnectionState.DISCONNECTED
        await net.ask(sock, net.check())
        assert net.connection.state is ConnectionState.CONNECTED
        net.connection.look_after(net.connection._heard_at + 31)
        assert net.connection.state is ConnectionState.FAILED

    run(scenario)


def test_the_machine_s_addresses_are_listened_on_with_one_port():
    sockets = open_sockets(0)
    assert {sock.getsockname()[0] for sock in sockets} >= {"127.0.0.1"}
    assert len({sock.getsockname()[1] for sock in sockets}) == 1
    for sock in sockets:
        sock.close()


def test_announced_addresses_come_first_and_hide_loopback():
    sockets = open_sockets(0, ["127.0.0.1"])
    port = sockets[0].getsockname()[1]
    assert candidates(sockets) == [Candidate("127.0.0.1", port)]
    told = candidates(sockets, ["203.0.113.9", "203.0.113.9:5000", "[2001:db8::1]:5000", "2001:db8::1"])
    assert told == [
        Candidate("203.0.113.9", port),
        Candidate("203.0.113.9", 5000),
        Candidate("2001:db8::1", 5000),
        Candidate("2001:db8::1", port),
    ]
    with pytest.raises(ValueError, match="example"):
        candidates(sockets, ["example.org"])
    sockets[0].close()


def test_an_address_that_is_not_ours_is_refused_with_a_sentence():
    with pytest.raises(CannotListen, match=r"UDP port 0 on 192\.0\.2\.200 cannot be used"):
        open_sockets(0, ["127.0.0.1", "192.0.2.200"])
    assert "127.0.0.1" in local_addresses()
