"""The media worker process."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from aiortc.rtcdtlstransport import RTCCertificate

from palabre.media.channel import Channel
from palabre.media.engine import ADOPTION_S, Engine
from palabre.media.forwarder import PythonForwarder, native
from palabre.media.peer import Services
from palabre.media.transport.addresses import candidates, open_sockets
from palabre.media.transport.mux import Mux

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """How a worker is run."""

    #: Unix socket, or ``tcp://host:port``, where web processes connect.
    socket: str
    #: 0 takes a free one.
    udp_port: int
    #: Local addresses; none means every address of this machine.
    listen: tuple[str, ...] = field(default=())
    #: Public addresses told to browsers, when behind NAT.
    announce: tuple[str, ...] = field(default=())
    #: Seconds that a peer waits for another web process when its own died.
    adoption_s: float = ADOPTION_S
    #: UDP segmentation offload; None finds out.
    segmentation: bool | None = None
    #: Whether to use the compiled part of the packet path where it was built.
    native: bool = True


def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises CannotListen: when the UDP port cannot be used.
    :raises OSError: when the channel's address cannot be used.
    :raises ValueError: when an announced address is none.
    """
    asyncio.run(serve(options))


async def serve(options: Options, ready: Callable[[], None] | None = None) -> None:
    """The same inside a running loop; ``ready`` is called when browsers and web processes can come."""
    sockets = open_sockets(options.udp_port, options.listen)
    told = candidates(sockets, options.announce)
    forwarder = PythonForwarder(
        sockets, segmentation=options.segmentation, native=None if options.native else False
    )
    mux = Mux(sockets, forwarder, RTCCertificate.generateCertificate())
    engine = Engine(Services(mux, told), adoption_s=options.adoption_s)
    channel = Channel(engine)
    await channel.listen(options.socket)
    mux.start()
    engine.start()
    gc.freeze()  # the modules stay; looking through them again and again would hold up packets
    log.info(
        "media_worker_ready",
        channel=options.socket,
        udp=[f"{candidate.host} {candidate.port}" for candidate in told],
        segmentation=forwarder.stats().segmentation,
        native=forwarder.native or (native.missing if options.native else "switched off"),
    )
    if ready is not None:
        ready()
    await _stop_signal()
    await channel.close()
    await engine.stop()


async def _stop_signal() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
