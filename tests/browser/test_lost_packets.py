"""Three packets of a hundred are lost between two real browsers, both ways, and nobody notices."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import Launch
from lossy import LossyRelay
from person import Person
from server import Server, free_port

BLUE = (40, 70, 200)
GREEN = (32, 180, 64)

#: keeps the page's connections where the test can read their statistics
KEEP_CONNECTIONS = """
const Connection = RTCPeerConnection
window.connections = []
window.RTCPeerConnection = class extends Connection {
  constructor(...options) { super(...options); window.connections.push(this) }
}"""

#: the statistics of the video that is received and of the one that is sent
READ_STATISTICS = """async () => {
  const found = {}
  for (const connection of window.connections) {
    if (connection.connectionState !== 'connected') continue
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type === 'inbound-rtp' && entry.kind === 'video') found.received = entry
      if (entry.type === 'outbound-rtp' && entry.kind === 'video') found.sent = entry
    }
  }
  return found.received && found.sent ? found : null
}"""

#: enough that some are lost on each way
FRAMES = 200


@dataclass(frozen=True)
class BadLine:
    """Léa and Sam, who see each other, and what carries their media."""

    relay: LossyRelay
    lea: Person
    sam: Person


@pytest.fixture
def line(tmp_path: Path, person: Launch) -> Iterator[BadLine]:
    folder = tmp_path / "installation"
    folder.mkdir()
    port = free_port(socket.SOCK_DGRAM)
    relay = LossyRelay(("127.0.0.1", port), seed=3)
    try:
        server = Server(
            folder,
            PALABRE_MEDIA__UDP_PORT=str(port),
            PALABRE_MEDIA__LISTEN='["127.0.0.1"]',
            PALABRE_MEDIA__ANNOUNCE=f'["{relay.address[0]}:{relay.address[1]}"]',
        )
        try:
            meeting = server.plan()
            lea = person("Léa", colour=BLUE, tone_hz=440)
            sam = person("Sam", colour=GREEN, tone_hz=660)
            for one, role in ((lea, "presenter"), (sam, "guest")):
                one.page.add_init_script(KEEP_CONNECTIONS)
                one.join(server.link(one.name, role, meeting))
            lea.waits_for_colour("Sam", GREEN)
            sam.waits_for_colour("Léa", BLUE)
            yield BadLine(relay, lea, sam)
        finally:
            server.stop()
    finally:
        relay.stop()


def statistics(one: Person) -> dict[str, Any]:
    """Those of this moment."""
    found: dict[str, Any] = one.until(READ_STATISTICS)
    return found


def keeps_receiving(
    one: Person, since: dict[str, Any], *, frames: int, repaired: int, within_s: float
) -> dict[str, Any]:
    """Fails unless so many frames more were decoded in time, and so many packets came a second time.

    :param since: the statistics from when on.
    :returns: the statistics once that is so.
    """
    found: dict[str, Any] = one.until(
        f"""async ([frames, packets]) => {{
          const found = await ({READ_STATISTICS})()
          return found?.received.framesDecoded >= frames
            && (found.received.retransmittedPacketsReceived ?? 0) >= packets && found
        }}""",
        [since["received"]["framesDecoded"] + frames, repaired],
        timeout_s=within_s,
    )
    return found


def test_three_percent_of_loss_are_repaired_both_ways(line: BadLine) -> None:
    both = [(one, statistics(one)) for one in (line.lea, line.sam)]
    line.relay.loss = 0.03
    for one, first in both:
        last = keeps_receiving(one, first, frames=FRAMES, repaired=3, within_s=25)
        received, before = last["received"], first["received"]
        assert received["nackCount"] > 0
        assert last["sent"]["retransmittedPacketsSent"] > 0
        # What came a second time counts as lost too.
        assert received["packetsLost"] - received["retransmittedPacketsReceived"] <= 2
        assert received["framesDropped"] - before["framesDropped"] <= FRAMES * 0.05
        assert received["totalFreezesDuration"] - before["totalFreezesDuration"] < 1.5
    assert line.relay.counts["lost"] > 50
    line.lea.waits_for_colour("Sam", GREEN)
    line.sam.waits_for_colour("Léa", BLUE)
    assert line.lea.hears("Sam") == pytest.approx(660, abs=10)
    assert line.sam.hears("Léa") == pytest.approx(440, abs=10)


def test_the_same_loss_stops_the_picture_when_nobody_can_ask_again(line: BadLine) -> None:
    first = statistics(line.lea)
    line.relay.loss = 0.03
    line.relay.deaf = True
    with pytest.raises(AssertionError, match="waited 12 s in vain"):
        keeps_receiving(line.lea, first, frames=120, repaired=0, within_s=12)
