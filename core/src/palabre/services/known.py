"""The services of this installation."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

from palabre.config import Settings
from palabre.services.service import Port, Process, Service, numbered

#: Entry points of services: ``web = "palabre_webui.service:WEB"``. The module is imported by the supervisor: keep
#: it light.
GROUP = "palabre.services"


def known_services() -> dict[str, Service]:
    """Every service by name: the core's first, then the others by name."""
    found = [
        entry_point.load() for entry_point in sorted(entry_points(group=GROUP), key=lambda one: one.name)
    ]
    return {service.name: service for service in (MEDIA, WORKER, *found)}


def _media(settings: Settings) -> list[Process]:
    section = settings.media
    processes = []
    for number, socket in enumerate(settings.media_sockets[: section.workers]):
        name = numbered("media", number, section.workers)
        port = section.udp_port + number
        options = [
            f"--name={name}",
            f"--socket={socket}",
            f"--udp-port={port}",
            *(f"--listen={host}" for host in section.listen),
            *(f"--announce={host}" for host in section.announce),
            f"--native={section.native}",
            f"--log-level={settings.log.level}",
            f"--log-format={settings.log.format}",
        ]
        command = (sys.executable, "-m", "palabre.services.media", *options)
        hosts = section.listen or ["0.0.0.0"]  # noqa: S104 - the engine serves everybody
        ports = tuple(Port("udp", host, port, "PALABRE_MEDIA__UDP_PORT") for host in hosts)
        processes.append(Process(name, command, ports))
    return processes


def _worker(_settings: Settings) -> list[Process]:
    return [Process("worker", (sys.executable, "-m", "palabre.services.worker"))]


MEDIA = Service("media", _media)
WORKER = Service("worker", _worker)
