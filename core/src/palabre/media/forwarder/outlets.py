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

    def send_run(self, packets: Sequence[bytes], size: int, address: Address) -> None:
        """Send packets of ``size`` bytes, the last one perhaps shorter."""
        if not self.segmentation or len(packets) == 1:
            for packet in packets:
                self.send(packet, address)
            return
        self.sends += 1
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
