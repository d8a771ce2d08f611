"""Looking whether ports are free before anything is started."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from palabre.errors import PalabreError
from palabre.i18n import gettext as _
from palabre.services.service import Port


class PortTaken(PalabreError):
    """Another program listens where one of ours has to."""


def check_ports(ports: Iterable[Port]) -> None:
    """Try each port for a moment.

    :raises PortTaken: with the sentence that says what to do.
    """
    for port in ports:
        family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
        kind = socket.SOCK_STREAM if port.protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(family, kind) as probe:
            if port.protocol == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((port.host, port.number))
                if port.protocol == "tcp":
                    probe.listen(1)
            except OSError as error:
                raise PortTaken(_sentence(port, error)) from error


def _sentence(port: Port, error: OSError) -> str:
    name = f"{port.protocol.upper()} port {port.number}"
    if error.errno == errno.EADDRINUSE:
        return _(
            "{name} is taken by another program: stop that one, or choose another port, as in {setting}={other}."
        ).format(name=name, setting=port.setting, other=port.number + 10)
    if error.errno == errno.EACCES:
        return _("{name} may only be used by root: choose one above 1023, as in {setting}=8000.").format(
            name=name, setting=port.setting
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return _("This machine has no address {host}: check the configuration.").format(host=port.host)
    return _("{name} on {host} cannot be used: {reason}.").format(
        name=name, host=port.host, reason=error.strerror
    )
