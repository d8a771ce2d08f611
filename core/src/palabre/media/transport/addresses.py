"""The addresses that the engine listens on and those that it tells browsers."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ifaddr
import structlog

from palabre.media.forwarder.interface import Address

log = structlog.get_logger(__name__)

#: Room for the bursts of a key frame to many subscribers.
BUFFER_BYTES = 4 * 1024 * 1024


class CannotListen(Exception):
    """No socket could be opened; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that browsers may send to."""

    host: str
    port: int


def local_addresses() -> list[str]:
    """Every usable address of this machine, loopback last; link-local ones need a scope and are left out."""
    found = []
    for adapter in ifaddr.get_adapters():
        for item in adapter.ips:
            address = ipaddress.ip_address(item.ip if isinstance(item.ip, str) else item.ip[0])
            if not address.is_link_local:
                found.append(address)
    loopback: list[ipaddress.IPv4Address | ipaddress.IPv6Address]
    loopback = [ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")]
    ordered = sorted((a for a in found if not a.is_loopback), key=lambda a: (a.version, int(a)))
    return list(dict.fromkeys(str(address) for address in [*ordered, *loopback]))


def open_sockets(port: int, listen: Sequence[str] = ()) -> list[socket.socket]:
    """One UDP socket for each address, so that replies leave from the address that was asked.

    :param port: the same for all; 0 takes one that is free (for tests).
    :param listen: addresses; none means every address of this machine.
    :raises CannotListen: when an address asked for cannot be used, or none can.
    """
    sockets: list[socket.socket] = []
    try:
        for host in listen or local_addresses():
            try:
                sockets.append(_open(host, sockets[0].getsockname()[1] if sockets and port == 0 else port))
            except OSError as error:
                if listen or host == "127.0.0.1":
                    raise CannotListen(
                        f"UDP port {port} on {host} cannot be used: {error.strerror or error}. "
                        "Stop the program that uses it, or set another media.udp_port."
                    ) from error
                log.warning("address_left_out", host=host, reason=error.strerror)
    except CannotListen:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def candidates(sockets: Sequence[socket.socket], announce: Iterable[str] = ()) -> list[Candidate]:
    """What to tell browsers: the announced addresses first, then our own.

    Loopback helps only browsers on this machine, and is told only when nothing is announced.

    :param announce: ``host``, ``host:port`` or ``[IPv6 host]:port``.
    :raises ValueError: when one is no address.
    """
    port = int(sockets[0].getsockname()[1])
    announced = [_announced(text, port) for text in announce]
    wildcard = any(ipaddress.ip_address(sock.getsockname()[0]).is_unspecified for sock in sockets)
    own = local_addresses() if wildcard else [str(sock.getsockname()[0]) for sock in sockets]
    kept = [host for host in own if not (announced and ipaddress.ip_address(host).is_loopback)]
    return list(dict.fromkeys([*announced, *(Candidate(host, port) for host in kept)]))


def plain(address: Address) -> tuple[str, int]:
    """Host and port alone."""
    return address[0], address[1]


def _announced(text: str, port: int) -> Candidate:
    host, given = text, ""
    if text.startswith("["):
        host, _, given = text[1:].partition("]")
        given = given.removeprefix(":")
    elif text.count(":") == 1:
        host, _, given = text.partition(":")
    return Candidate(str(ipaddress.ip_address(host)), int(given) if given else port)


def _open(host: str, port: int) -> socket.socket:
    version = ipaddress.ip_address(host).version
    sock = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if version == 6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
