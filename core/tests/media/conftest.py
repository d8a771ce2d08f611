"""Real participants for the media engine's tests: aiortc PeerConnections that talk to a real worker process."""

from __future__ import annotations

import array
import asyncio
import fractions
import itertools
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError

from palabre.media.client import MediaClient

PATIENCE_S = 20.0
COLOURS = {"green": (32, 192, 64), "red": (200, 40, 40), "blue": (40, 60, 200)}


class Worker:
    """A media worker in its own process, and a web process's connection to it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.address = str(folder / "media.sock")
        self._arguments = arguments
        self.process = self._start()
        self.clients: list[MediaClient] = []

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "palabre.media", "--socket", self.address, "--udp-port", "0"]
        return subprocess.Popen([*command, *self._arguments])

    def connect(self, on_notification: Callable[[str, dict], None]) -> MediaClient:
        states: list[str] = []
        client = MediaClient(self.address, on_notification, states.append)
        client.start()
        self.clients.append(client)
        wait_until(lambda: client.up, "the worker to answer")
        return client

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        self.process = self._start()

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.wait(10) in (0, -signal.SIGKILL)


class Colour(VideoStreamTrack):
    """A picture of one colour, with some noise in its brightness so that frames need several packets."""

    def __init__(self, colour: str, width: int = 320, height: int = 240) -> None:
        super().__init__()
        plain = av.VideoFrame(1, 1, "rgb24")
        plain.planes[0].update(bytes(COLOURS[colour]).ljust(plain.planes[0].buffer_size, b"\0"))
        self._yuv = [bytes(plane)[0] for plane in plain.reformat(2, 2, "yuv420p").planes]
        self._brightness = bytes(min(255, max(0, self._yuv[0] - 12 + byte % 24)) for byte in range(256))
        self._size = width, height
        self._noise = random.Random(1)

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(*self._size, "yuv420p")
        luma, *chroma = frame.planes
        luma.update(self._noise.randbytes(luma.buffer_size).translate(self._brightness))
        for plane, value in zip(chroma, self._yuv[1:], strict=True):
            plane.update(bytes((value,)) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """A sine."""

    def __init__(self, hertz: float, amplitude: float = 0.5) -> None:
        super().__init__()
        self._hertz, self._amplitude, self._at = hertz, amplitude, 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        rate, samples = 48_000, 960
        self._began = self._began or time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self._at / rate - time.monotonic()))
        step = 2 * math.pi * self._hertz / rate
        wave = [math.sin(step * (self._at + sample)) * self._amplitude for sample in range(samples)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(array.array("h", [int(value * 32_767) for value in wave]).tobytes())
        frame.pts, frame.sample_rate, frame.time_base = self._at, rate, fractions.Fraction(1, rate)
        self._at += samples
        return frame


class Received:
    """What came of one remote track."""

    def __init__(self, track: MediaStreamTrack) -> None:
        self.frames = 0
        self.colour: tuple[int, ...] = ()
        self.hertz = 0.0
        self._task = asyncio.ensure_future(self._consume(track))

    def shows(self, name: str) -> bool:
        return bool(self.colour) and all(
            abs(a - b) < 40 for a, b in zip(self.colour, COLOURS[name], strict=True)
        )

    async def _consume(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    pixels = bytes(frame.reformat(16, 16, "rgb24").planes[0])[: 16 * 3]
                    self.colour = tuple(sum(pixels[part::3]) // 16 for part in range(3))
                elif self.frames % 10 == 0:
                    channels = len(frame.layout.channels)
                    wave = array.array("h", bytes(frame.planes[0])[: frame.samples * channels * 2])[
                        ::channels
                    ]
                    crossings = sum((one < 0) != (two < 0) for one, two in itertools.pairwise(wave))
                    self.hertz = crossings / 2 / (len(wave) / frame.sample_rate)
                self.frames += 1
        except MediaStreamError:
            return


class Participant:
    """A browser without a screen: publishes, subscribes, remembers what it got."""

    def __init__(
        self, worker: Worker, room: str, name: str, through: Callable[[str], str] = lambda sdp: sdp
    ) -> None:
        """:param through: changes our side's view of the engine's SDP, to go through a relay for example."""
        self.room, self.name, self._through = room, name, through
        self._loop = asyncio.get_running_loop()
        self._gone = False
        self.notifications: list[tuple[str, dict]] = []
        self.offers: list[dict] = []
        self.received: dict[str, Received] = {}
        self._by_mid: dict[str, Received] = {}
        self._chain: asyncio.Task[None] | None = None
        self.publisher: RTCPeerConnection | None = None
        self.subscriber: RTCPeerConnection | None = None
        self._worker = worker
        self.reconnect()

    def reconnect(self) -> None:
        """Come in through a new web process."""
        self.client = self._worker.connect(self._notified)
        self.existing = self.call("join")["existing"]

    def call(self, method: str, **params: object) -> dict:
        return self.client.call(method, room=self.room, peer=self.name, **params)

    async def publish(self, blocked: list[str] | None = None, **tracks: MediaStreamTrack) -> None:
        """Publish tracks by source, such as ``camera=Colour("red")``."""
        self.publisher = self.publisher or RTCPeerConnection()
        for track in tracks.values():
            self.publisher.addTransceiver(track, direction="sendonly")
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        sources = {track.id: source for source, track in tracks.items()}
        listed = [
            {"mid": item.mid, "id": f"{self.name}-{sources[item.sender.track.id]}", "kind": item.kind,
             "source": sources[item.sender.track.id]}
            for item in self.publisher.getTransceivers()
        ]  # fmt: skip
        sdp = self.publisher.localDescription.sdp
        answer = self.call("publish", sdp=sdp, tracks=listed, blocked=blocked or [])["sdp"]
        await self.publisher.setRemoteDescription(RTCSessionDescription(self._through(answer), "answer"))

    async def subscribe(self) -> None:
        self.call("subscribe")

    async def leave(self) -> None:
        self._gone = True
        if self._chain is not None:
            await self._chain
        self.call("leave")
        for connection in (self.publisher, self.subscriber):
            if connection is not None:
                await connection.close()
        self.client.close()

    def has(self, track: str) -> bool:
        return track in self.received and self.received[track].frames > 0

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"{self.name} waited in vain for {what}"
            await asyncio.sleep(0.02)

    def _notified(self, method: str, params: dict) -> None:
        self._loop.call_soon_threadsafe(self._take, method, params)

    def _take(self, method: str, params: dict) -> None:
        self.notifications.append((method, params))
        if method == "offer" and params["peer"] == self.name and not self._gone:
            self.offers.append(params)
            before = self._chain
            self._chain = asyncio.ensure_future(self._answer(params, before))

    async def _answer(self, offer: dict, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        if self.subscriber is None:
            self.subscriber = RTCPeerConnection()
        subscriber = self.subscriber
        await subscriber.setRemoteDescription(RTCSessionDescription(self._through(offer["sdp"]), "offer"))
        await subscriber.setLocalDescription(await subscriber.createAnswer())
        tracks = {item["mid"]: item["track"] for item in offer["tracks"]}
        for transceiver in subscriber.getTransceivers():
            if transceiver.mid in tracks and transceiver.mid not in self._by_mid:
                self._by_mid[transceiver.mid] = Received(transceiver.receiver.track)
        self.received = {track: self._by_mid[mid] for mid, track in tracks.items()}
        self.call("answer", sdp=subscriber.localDescription.sdp, revision=offer["revision"])


class Relay(asyncio.DatagramProtocol):
    """A network between browsers and engine that loses media packets, and only those."""

    def __init__(self, engine_port: int, loss: float) -> None:
        self._engine_port, self._loss = engine_port, loss
        self._random = random.Random(7)
        self._ways: dict[tuple, asyncio.DatagramTransport | None] = {}
        self.dropped = {"up": 0, "down": 0}
        self.port = 0

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = self._front.get_extra_info("sockname")[1]

    def through(self, sdp: str) -> str:
        """The SDP with the relay as the only candidate."""
        own = iter([f"a=candidate:1 1 udp 2130706431 127.0.0.1 {self.port} typ host\r\n"])
        return re.sub(r"a=candidate:[^\r]*\r\n", lambda _: next(own, ""), sdp)

    def datagram_received(self, data: bytes, address: tuple) -> None:
        if address not in self._ways:
            self._ways[address] = None
            self._opening = asyncio.ensure_future(self._open_way(data, address))
        elif (way := self._ways[address]) is not None and not self._loses(data, "up"):
            way.sendto(data)

    async def _open_way(self, data: bytes, address: tuple) -> None:
        relay = self

        class Back(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _: tuple) -> None:
                if not relay._loses(data, "down"):
                    relay._front.sendto(data, address)

        remote = ("127.0.0.1", self._engine_port)
        way, _ = await asyncio.get_running_loop().create_datagram_endpoint(Back, remote_addr=remote)
        self._ways[address] = way
        way.sendto(data)

    def _loses(self, data: bytes, direction: str) -> bool:
        media = 127 < data[0] < 192 and not 191 < data[1] < 224
        lost = media and self._random.random() < self._loss
        self.dropped[direction] += lost
        return lost


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    found = Worker(tmp_path_factory.mktemp("media"), "--listen", "127.0.0.1", "::1")
    yield found
    found.stop()


@pytest.fixture
def own_worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker that the test may kill."""
    found = Worker(tmp_path, "--listen", "127.0.0.1")
    yield found
    found.stop()


@pytest.fixture
def room() -> str:
    return f"room-{os.urandom(4).hex()}"


@pytest.fixture
def kit() -> type:
    """The classes above, for tests: pytest imports test modules by path, so they cannot import them."""

    class Kit:
        colour, tone, participant, relay = Colour, Tone, Participant, Relay
        wait_until = staticmethod(wait_until)

    return Kit
