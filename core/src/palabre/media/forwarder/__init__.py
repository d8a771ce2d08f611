"""The packet path: from a publisher's SRTP packet to one packet for each subscriber.

``interface`` says what a forwarder does; ``python`` is the reference implementation.
"""

from palabre.media.forwarder.interface import (
    Datagram,
    Destination,
    Forwarder,
    ForwarderStats,
    Gap,
    Path,
    PeerId,
    PeerStats,
    RouteId,
    RouteStats,
    Rtcp,
    Source,
    SrtpKeys,
    SrtpProfile,
    StreamId,
    StreamStats,
)
from palabre.media.forwarder.python import PythonForwarder

__all__ = [
    "Datagram",
    "Destination",
    "Forwarder",
    "ForwarderStats",
    "Gap",
    "Path",
    "PeerId",
    "PeerStats",
    "PythonForwarder",
    "RouteId",
    "RouteStats",
    "Rtcp",
    "Source",
    "SrtpKeys",
    "SrtpProfile",
    "StreamId",
    "StreamStats",
]
