"""What a service is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from palabre.config import Settings


@dataclass(frozen=True)
class Port:
    """A port that a process listens on.

    :param setting: the variable by which another is chosen, for whoever finds it taken.
    """

    protocol: Literal["tcp", "udp"]
    host: str
    number: int
    setting: str


@dataclass(frozen=True)
class Process:
    """One process of a service.

    :param name: ``web``, ``media-1`` …
    :param command: program and arguments. It serves until SIGTERM or SIGINT.
    :param ports: looked at before anything is started.
    """

    name: str
    command: tuple[str, ...]
    ports: tuple[Port, ...] = field(default=())


@dataclass(frozen=True)
class Service:
    """A kind of process.

    :param processes: its processes with these settings, in order.
    """

    name: str
    processes: Callable[[Settings], list[Process]]


def numbered(name: str, number: int, count: int) -> str:
    """Name of one of ``count`` processes."""
    return name if count == 1 else f"{name}-{number}"
