"""What the engine costs: CPU time of the worker for each packet it forwards.

    python benchmarks/packet_path [--receivers 10 30] [--windows 5] [--seconds 2] [--profile gcm cm]
                                  [--native on off]

One publisher sends 75 video frames (``--frames``) of four packets and 50 audio packets each second, to
receivers that shake hands like browsers and then only count. The worker is a process of its own; its time comes
from the kernel's scheduler. The publisher and the receivers share the machine with it: look at the loss, and at
the time in which somebody waited for a processor, before you believe a row. Each is the median of several
windows, with the range.

With ``--native on off``, the default where the compiled part was built, two workers run at the same time and
take turns, window by window: whatever else the machine does, the ratio of the two rows stands.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import structlog
from light import LightEnd

from palabre.media.client import MediaClient
from palabre.media.forwarder import native

ROOM = "benchmark"
AUDIO_SSRC, VIDEO_SSRC = 1000, 2000
#: Browsers cut a frame in nearly equal parts.
FRAME = (1098, 1100, 1099, 1050)
AUDIO_BYTES = 80
WARM_UP_S = 1.0
TARGET_US = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    receivers: int
    profile: str
    segmentation: bool
    native: bool
    #: Of each window.
    cpu_us: tuple[float, ...]
    waiting: float
    packets_per_s: float
    packets_per_send: float
    loss: float


class Scene:
    """A worker, a publisher and receivers in one room."""

    def __init__(
        self, folder: str, profile: str, segmentation: bool, native_part: bool, frames_per_s: int
    ) -> None:
        self.frames_per_s = frames_per_s
        self.native = native_part
        address = f"{folder}/media-{native_part}.sock"
        command = [sys.executable, "-m", "palabre.media", "--socket", address, "--udp-port", "0"]
        switches = [
            "--segmentation" if segmentation else "--no-segmentation",
            "--native" if native_part else "--no-native",
        ]
        self.worker = subprocess.Popen(
            [*command, "--listen", "127.0.0.1", *switches], stdout=subprocess.DEVNULL
        )
        self.offers: dict[str, dict[str, object]] = {}
        self.client = MediaClient(address, self._notified)
        self.client.start()
        self.profile = profile
        self.receivers: list[LightEnd] = []
        self.publisher = LightEnd(profile)
        self._audio = self._video = 0

    async def open(self, receivers: int) -> None:
        """Bring everybody together."""
        await self._until(lambda: self.client.up)
        self.client.call("join", room=ROOM, peer="publisher")
        tracks = [
            {"mid": "0", "id": "microphone", "kind": "audio", "source": "microphone"},
            {"mid": "1", "id": "camera", "kind": "video", "source": "camera"},
        ]
        offer = self.publisher.offer(AUDIO_SSRC, VIDEO_SSRC)
        answer = self.client.call("publish", room=ROOM, peer="publisher", sdp=offer, tracks=tracks)
        await self.publisher.connect(answer["sdp"])
        for number in range(receivers):
            await self._receive(f"receiver{number}")

    async def run(self, seconds: float) -> tuple[int, float]:
        """Send for that long; how many packets were sent, how long it really took."""
        began = time.monotonic()
        sent = 0
        due = begun_frames = begun_audio = 0
        while (elapsed := time.monotonic() - began) < seconds:
            due = int(elapsed * self.frames_per_s)
            while begun_frames < due:
                begun_frames += 1
                sent += self._send_frame()
            while begun_audio < int(elapsed * 50):
                begun_audio += 1
                sent += self._send_audio()
            for receiver in self.receivers:
                receiver.drain()
                receiver.check()
            self.publisher.check()
            self.publisher.drain()
            await asyncio.sleep(0.002)
        took = time.monotonic() - began
        await asyncio.sleep(0.05)
        for receiver in self.receivers:
            receiver.drain()
        return sent, took

    def worker_cpu_s(self) -> float:
        """Time that all threads of the worker were on a processor."""
        threads = Path(f"/proc/{self.worker.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def arrived(self) -> int:
        """Media packets that the receivers counted so far."""
        return sum(receiver.received for receiver in self.receivers)

    def close(self) -> None:
        """End the worker."""
        self.client.close()
        self.worker.terminate()
        self.worker.wait()

    async def _receive(self, name: str) -> None:
        end = LightEnd(self.profile)
        self.client.call("join", room=ROOM, peer=name)
        self.client.call("subscribe", room=ROOM, peer=name)
        await self._until(lambda: name in self.offers)
        offer = self.offers[name]
        sdp = str(offer["sdp"])
        self.client.call("answer", room=ROOM, peer=name, sdp=end.answer(sdp), revision=offer["revision"])
        await end.connect(sdp)
        self.receivers.append(end)

    def _send_frame(self) -> int:
        for position, size in enumerate(FRAME):
            last = position == len(FRAME) - 1
            header = struct.pack(
                "!BBHII", 0x80, last << 7 | 96, self._video & 0xFFFF, self._video * 300, VIDEO_SSRC
            )
            self.publisher.socket.send(self.publisher.protect(header + os.urandom(size)))
            self._video += 1
        return len(FRAME)

    def _send_audio(self) -> int:
        header = struct.pack("!BBHII", 0x90, 111, self._audio & 0xFFFF, self._audio * 960, AUDIO_SSRC)
        level = struct.pack("!HHBBH", 0xBEDE, 1, 0x10, 0x80 | 30, 0)
        self.publisher.socket.send(self.publisher.protect(header + level + os.urandom(AUDIO_BYTES)))
        self._audio += 1
        return 1

    def _notified(self, method: str, params: dict[str, object]) -> None:
        if method == "offer":
            self.offers[str(params["peer"])] = params

    async def _until(self, condition: object) -> None:
        deadline = time.monotonic() + 20
        while not condition():  # type: ignore[operator]
            if time.monotonic() > deadline:
                raise RuntimeError("the worker does not answer")
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Tally:
    """What the windows of one worker add up to."""

    before: dict[str, float]
    cpu_us: list[float] = field(default_factory=list)
    arrived: int = 0
    sent: int = 0
    took: float = 0.0
    waited: float = 0.0

    async def add_window(self, scene: Scene, seconds: float) -> None:
        """Let the scene run and count."""
        cpu, earlier, waited = scene.worker_cpu_s(), scene.arrived(), waited_s()
        sent, took = await scene.run(seconds)
        came = scene.arrived() - earlier
        self.cpu_us.append((scene.worker_cpu_s() - cpu) / max(1, came) * 1e6)
        self.arrived += came
        self.sent += sent
        self.took += took
        self.waited += waited_s() - waited


async def measure(
    receivers: int,
    profile: str,
    segmentation: bool,
    natives: list[bool],
    windows_wanted: int,
    seconds: float,
    frames_per_s: int,
) -> list[Row]:
    """A row of the table for each of ``natives``, measured in turns."""
    with tempfile.TemporaryDirectory() as folder:
        scenes = [Scene(folder, profile, segmentation, wanted, frames_per_s) for wanted in natives]
        try:
            for scene in scenes:
                await scene.open(receivers)
                await scene.run(WARM_UP_S)
            tallies = [Tally(scene.client.call("metrics")) for scene in scenes]
            for number in range(windows_wanted):
                turn = list(zip(scenes, tallies, strict=True))
                for scene, tally in reversed(turn) if number % 2 else turn:
                    await tally.add_window(scene, seconds)
            after = [scene.client.call("metrics") for scene in scenes]
        finally:
            for scene in scenes:
                scene.close()
    return [
        Row(
            receivers,
            profile,
            segmentation,
            scene.native,
            cpu_us=tuple(tally.cpu_us),
            waiting=tally.waited / tally.took,
            packets_per_s=tally.arrived / tally.took,
            packets_per_send=(end["packets_out"] - tally.before["packets_out"])
            / max(1, end["sends"] - tally.before["sends"]),
            loss=max(0.0, 1 - tally.arrived / (tally.sent * receivers)),
        )
        for scene, tally, end in zip(scenes, tallies, after, strict=True)
    ]


def waited_s() -> float:
    """Seconds since the start of the machine in which something waited for a processor."""
    try:
        return int(Path("/proc/pressure/cpu").read_text().split("total=")[1].split()[0]) / 1e6
    except (OSError, IndexError):
        return 0.0


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receivers", type=int, nargs="+", default=[10, 30])
    parser.add_argument("--profile", nargs="+", choices=["gcm", "cm"], default=["gcm", "cm"])
    parser.add_argument(
        "--native",
        nargs="+",
        choices=["on", "off"],
        default=["on", "off"] if native.is_available() else ["off"],
        help="with and without the compiled part",
    )
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a window")
    parser.add_argument("--frames", type=int, default=75, help="video frames a second")
    given = parser.parse_args()
    if "on" in given.native and not native.is_available():
        parser.error(f"the compiled part is not there: {native.missing}")
    # The client says at each try that the worker is not there yet.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.\n")
    print(
        "| receivers | SRTP | segmentation | native | CPU µs / packet | packets / s | packets / send | loss "
        "| waiting |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    natives = [switch == "on" for switch in given.native]
    asked: dict[bool, float] = {}
    for profile, receivers, segmentation in itertools.product(given.profile, given.receivers, (True, False)):
        rows = asyncio.run(
            measure(receivers, profile, segmentation, natives, given.windows, given.seconds, given.frames)
        )
        for row in rows:
            median = statistics.median(row.cpu_us)
            print(
                f"| {row.receivers} | {row.profile} | {'on' if row.segmentation else 'off'} "
                f"| {'on' if row.native else 'off'} "
                f"| {median:.1f} [{min(row.cpu_us):.1f}-{max(row.cpu_us):.1f}] | {row.packets_per_s:,.0f} "
                f"| {row.packets_per_send:.2f} | {row.loss:.2%} | {row.waiting:.0%} |",
                flush=True,
            )
            if receivers >= 30 and segmentation and profile == "gcm":
                asked[row.native] = max(asked.get(row.native, 0.0), median)
    if not asked:
        return 0
    worst = asked[max(asked)]  # with the compiled part, if it was measured
    print(f"\nAs browsers use it, at 30 receivers: {worst:.1f} µs; the target is {TARGET_US:.0f} µs.")
    if len(asked) == 2:
        print(f"With the compiled part it costs {asked[True] / asked[False]:.0%} of what it does without.")
    return int(worst > TARGET_US)


if __name__ == "__main__":
    sys.exit(main())
