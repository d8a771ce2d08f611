"""The channel between web processes and a worker: answers, refusals, broken connections."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from palabre.media.client import MediaClient, MediaError, MediaUnavailable

OFFER = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\na=sendonly\r\n"
    f"a=rtpmap:111 opus/48000/2\r\na=fingerprint:sha-256 {':'.join(['AA'] * 32)}\r\n"
)


class Raw:
    """A connection that says anything."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(address)
        self._file = self.socket.makefile("rb")

    def says(self, line: bytes) -> dict:
        self.socket.sendall(line + b"\n")
        return json.loads(self._file.readline())

    def at_end(self) -> bool:
        return not self._file.readline()


@pytest.fixture
def raw(worker, kit):
    kit.wait_until(lambda: _exists(worker.address), "the worker's socket")
    connection = Raw(worker.address)
    yield connection
    connection.socket.close()


@pytest.mark.parametrize(
    ("line", "code", "name"),
    [
        (b"no json", -32700, "bad_message"),
        (b"[1, 2]", -32700, "bad_message"),
        (b"[" * 100_000, -32700, "bad_message"),
        (b"\xff\xfe", -32700, "bad_message"),
        (b'{"id": 1}', -32601, "unknown_method"),
        (b'{"id": 1, "method": ["join"]}', -32601, "unknown_method"),
        (b'{"id": 1, "method": "dance"}', -32601, "unknown_method"),
        (b'{"id": 1, "method": "join"}', -32602, "bad_params"),
        (b'{"id": 1, "method": "join", "params": [1]}', -32602, "bad_params"),
        (b'{"id": 1, "method": "join", "params": {"room": "r", "peer": ""}}', -32602, "bad_params"),
        (b'{"id": 1, "method": "join", "params": {"room": "r", "peer": "<b>"}}', -32602, "bad_params"),
        (b'{"id": 1, "method": "pause", "params": {"room": "nowhere", "track": "t", "paused": true}}', -32000,
         "unknown_room"),
        (b'{"id": 1, "method": "subscribe", "params": {"room": "nowhere", "peer": "p"}}', -32000, "unknown_room"),
        (b'{"id": 1, "method": "hello", "params": {"version": 99, "client": "x"}}', -32000, "unknown_version"),
    ],
)  # fmt: skip
def test_a_bad_request_gets_a_clear_answer_and_the_next_one_works(raw, line, code, name):
    error = raw.says(line)["error"]
    assert (error["code"], error["data"]["code"]) == (code, name)
    assert error["message"]
    assert raw.says(b'{"jsonrpc": "2.0", "id": 7, "method": "metrics"}')["id"] == 7


def test_a_line_without_end_ends_the_connection_and_no_other(raw, worker, kit):
    other = worker.connect(lambda *_: None)
    with pytest.raises(OSError, match=r"reset|Broken pipe"):
        raw.socket.sendall(b"x" * 16_000_000)
    assert other.call("metrics")["cpu_seconds"] > 0


def test_a_peer_of_a_room_that_is_not_there_is_refused(worker, room):
    client = worker.connect(lambda *_: None)
    with pytest.raises(MediaError) as refusal:
        client.call("answer", room=room, peer="p", sdp="v=0", revision=1)
    assert refusal.value.code == "unknown_room"
    client.call("open_room", room=room)
    with pytest.raises(MediaError) as refusal:
        client.call("subscribe", room=room, peer="p")
    assert refusal.value.code == "unknown_peer"


@pytest.mark.parametrize(
    "sdp", ["", "v=0", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "\0" * 1000, "v=0\nm=video"]
)
def test_malformed_sdp_is_refused(worker, room, sdp):
    client = worker.connect(lambda *_: None)
    client.call("join", room=room, peer="p")
    with pytest.raises(MediaError) as refusal:
        client.call("publish", room=room, peer="p", sdp=sdp, tracks=[])
    assert refusal.value.code == "bad_sdp"
    client.call("leave", room=room, peer="p")


def test_requests_may_be_repeated(worker, room):
    client = worker.connect(lambda *_: None)
    for _ in range(2):
        assert client.call("open_room", room=room) == {}
        assert client.call("join", room=room, peer="p") == {"existing": False}
        assert client.call("subscribe", room=room, peer="p") == {}
        assert client.call("pause", room=room, track="t", paused=True) == {}
        assert client.call("answer", room=room, peer="p", sdp="old", revision=0) == {}
        assert client.call("restart", room=room, peer="p", pc="subscribe") == {}
    for _ in range(2):
        assert client.call("leave", room=room, peer="p") == {}
        assert client.call("close_room", room=room) == {}
    assert room not in client.call("hello", version=1, client="again")["rooms"]


def test_many_threads_share_a_client(worker):
    client = worker.connect(lambda *_: None)
    answers: list[int] = []

    def ask() -> None:
        answers.extend(client.call("metrics")["peers"] >= 0 for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 400


def test_calls_fail_at_once_while_the_worker_is_down_and_work_again_when_it_is_back(own_worker, kit):
    states: list[str] = []
    client = MediaClient(own_worker.address, lambda *_: None, states.append)
    with pytest.raises(MediaUnavailable):
        client.call("metrics")
    client.start()
    kit.wait_until(lambda: states == ["up"], "the worker")
    first = client.hello["worker"]
    own_worker.kill()
    kit.wait_until(lambda: states == ["up", "down"], "the break to be noticed")
    with pytest.raises(MediaUnavailable):
        client.call("metrics")
    own_worker.restart()
    kit.wait_until(lambda: states == ["up", "down", "up"], "the worker to be back")
    assert client.hello["worker"] != first
    assert client.call("metrics")["rooms"] == 0
    client.close()


def test_a_fault_of_a_callback_does_not_silence_the_worker(worker, room, kit):
    heard: list[str] = []

    def notified(method: str, params: dict) -> None:
        heard.append(method)
        raise RuntimeError("a fault of the web service")

    client = worker.connect(notified)
    client.call("join", room=room, peer="p")
    for digit in "12":
        client.call("publish", room=room, peer="p", sdp=OFFER.replace("AA", digit * 2), tracks=[])
    kit.wait_until(lambda: heard == ["peer_state"] * 2, "both callbacks")
    client.call("leave", room=room, peer="p")


def test_a_callback_may_call_the_worker(worker, room, kit):
    answers: list[dict] = []
    client = worker.connect(lambda *_: answers.append(client.call("metrics")))
    client.call("join", room=room, peer="p")
    client.call("publish", room=room, peer="p", sdp=OFFER, tracks=[])
    kit.wait_until(lambda: answers, "the answer")
    client.call("leave", room=room, peer="p")


def test_peers_of_a_broken_web_connection_are_adopted(own_worker, room, kit):
    first = own_worker.connect(lambda *_: None)
    first.call("join", room=room, peer="p")
    first.close()
    second = own_worker.connect(lambda *_: None)
    assert {"room": room, "peer": "p"} in second.hello["peers"]
    second.call("join", room=room, peer="p")
    assert second.call("metrics")["peers"] == 1


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path):
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "palabre.media",
        "--socket",
        str(tmp_path / "s"),
        "--listen",
        "127.0.0.1",
    ]
    done = subprocess.run(
        [*command, "--udp-port", str(port)], capture_output=True, text=True, timeout=30, check=False
    )
    taken.close()
    assert done.returncode == 1
    assert f"UDP port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_the_owner_of_the_process_can_connect(worker, kit):
    kit.wait_until(lambda: _exists(worker.address), "the worker's socket")
    assert Path(worker.address).stat().st_mode & 0o077 == 0


def _exists(address: str) -> bool:
    return Path(address).is_socket()
