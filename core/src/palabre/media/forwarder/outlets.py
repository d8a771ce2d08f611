"""Sockets as the packet path uses them: one packet, or a run of equal packets in one system call."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Sequence

import structlog

from palabre.media.forwarder.interface import Address

log = structlog.get_logger(__name__)

#: ``linux/udp.h``; the socket module has no name for it.
UDP_SEGMENT = 103
_SIZE = struct.Struct("=H")
_IPV4 = struct.Struct("=H2s4s8x")
_IPV6 = struct.Struct("=H2s4s16sI")
#: The network card or its driver cannot do it: never try again on this socket.
_HOPELESS = {errno.EIO, errno.EOPNOTSUPP, errno.ENOPROTOOPT}


def segmentation_works(sock: socket.socket) -> bool:
    """Whether the kernel knows UDP segmentation offload (Linux 4.18 and later)."""
    try:
        sock.getsockopt(socket.IPPROTO_UDP, UDP_SEGMENT)
    except OSError:
        return False
    return True


class Outlet:
    """One of our sockets."""

    __slots__ = ("receive", "segmentation", "sends", "socket", "unsent")

    def __init__(self, sock: socket.socket, segmentation: bool | None = None) -> None:
        self.socket = sock
        self.receive = sock.recvfrom
        self.segmentation = segmentation_works(sock) if segmentation is None else segmentation
        self.sends = 0
        self.unsent = 0

    def send(self, packet: bytes, address: Address) -> None:
        """Send one packet; what the kernel does not take is lost, as on any network."""
        self.sends += 1
        try:
            self.socket.sendto(packet, address)
        except OSError:
            self.unsent += 1

    def send_run(self, packets: Sequence[bytes], address: Address) -> None:
        """Send packets of equal size, the last one perhaps shorter."""
        if not self.segmentation or len(packets) == 1:
            for packet in packets:
                self.send(packet, address)
            return
        self.sends += 1
        size = len(packets[0])
        try:
            self.socket.sendmsg(packets, [(socket.IPPROTO_UDP, UDP_SEGMENT, _SIZE.pack(size))], 0, address)
        except BlockingIOError:
            self.unsent += len(packets)
        except OSError as error:
            # A path with a small MTU refuses this run only, a card without checksums every run.
            if error.errno in _HOPELESS:
                self.segmentation = False
                log.warning("udp_segmentation_off", reason=error.strerror)
            for packet in packets:
                self.send(packet, address)


class Target:
    """Where the packets of a peer go."""

    __slots__ = ("address", "outlet", "packed")

    def __init__(self, outlet: Outlet, address: Address) -> None:
        self.outlet = outlet
        self.address = address
        #: The address as the kernel wants it; None when it is no numeric one.
        self.packed = _packed(outlet.socket.family, address)

    def send(self, packet: bytes) -> None:
        """Send one packet."""
        self.outlet.send(packet, self.address)

    def send_run(self, packets: Sequence[bytes]) -> tuple[int, int]:
        """Send packets of equal size, the last one perhaps shorter; how many, and their bytes."""
        count = len(packets)
        if count == 0:
            return 0, 0
        if count == 1:
            self.outlet.send(packets[0], self.address)
            return 1, len(packets[0])
        self.outlet.send_run(packets, self.address)
        return count, len(packets[0]) * (count - 1) + len(packets[-1])


def _packed(family: int, address: Address) -> bytes | None:
    """``struct sockaddr_in`` or ``sockaddr_in6`` as Linux lays them out."""
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return None
    host, port, *more = address
    try:
        if family == socket.AF_INET:
            return _IPV4.pack(family, port.to_bytes(2, "big"), socket.inet_aton(host))
        flow, scope = more or (0, 0)
        number = socket.inet_pton(socket.AF_INET6, host)
        return _IPV6.pack(family, port.to_bytes(2, "big"), flow.to_bytes(4, "big"), number, scope)
    except OSError:
        return None
