"""What the doctor looks at; each examination gives one finding or several."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from palabre.application import Application
from palabre.cli.failures import sentence_of
from palabre.findings import Finding
from palabre.hookspecs import features
from palabre.migrations import Migrations, owners
from palabre.plugins.health import State


def configuration(application: Application) -> list[Finding]:
    """It was read, or we would not be here."""
    named = os.environ.get("PALABRE_CONFIG", "palabre.toml")
    source = named if Path(named).is_file() else "no file, only defaults and variables"
    return [Finding("configuration", "ok", source)]


def data_folder(application: Application) -> list[Finding]:
    """Whether files can be kept."""
    folder = application.settings.data_dir.absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return [
            Finding("data folder", "failed", f"{folder} cannot be written: change its owner, or data_dir.")
        ]
    return [Finding("data folder", "ok", str(folder))]


def database(application: Application) -> list[Finding]:
    """Whether it answers, and whether its tables fit."""
    shown = application.db.url.render_as_string(hide_password=True)
    findings = []
    try:
        for owner in owners(application.plugins):
            standing = Migrations(application.db, owner).standing()
            if standing.is_ahead:
                text = f"the tables of {owner.name} were made by a newer version: install that one."
                findings.append(Finding("database", "failed", text))
            elif standing.pending:
                text = f"the tables of {owner.name} are not up to date: run `palabre db upgrade`."
                findings.append(Finding("database", "failed", text))
    except Exception as error:
        known = sentence_of(error)
        if known is None:
            raise
        return [Finding("database", "failed", known.text)]
    return findings or [Finding("database", "ok", f"{shown}, up to date")]


def plugins(application: Application) -> list[Finding]:
    """Whether each installed plugin runs."""
    return [
        Finding(
            f"plugin {name}",
            "ok" if health.state is State.ACTIVE else "failed",
            health.reason or f"version {health.version or 'unknown'}",
        )
        for name, health in sorted(application.plugins.health.items())
        if not health.builtin
    ]


def web_port(application: Application) -> list[Finding]:
    """Whether the web service could listen, or is listening already."""
    host, port = application.settings.web.host, application.settings.web.port
    if _is_free(socket.SOCK_STREAM, host, port):
        return [Finding("web port", "ok", f"{host} port {port} is free")]
    text = f"{host} port {port} is in use: by Palabre if it runs, else set PALABRE_WEB__PORT to another."
    return [Finding("web port", "warning", text)]


def media_ports(application: Application) -> list[Finding]:
    """Whether each media worker could listen, and what the firewall has to let through."""
    settings = application.settings.media
    findings = []
    for port in range(settings.udp_port, settings.udp_port + settings.workers):
        if all(_is_free(socket.SOCK_DGRAM, address, port) for address in settings.listen or [""]):
            findings.append(
                Finding("media port", "ok", f"UDP {port} is free; the firewall must let it through")
            )
        else:
            text = (
                f"UDP {port} is in use: by Palabre if it runs, else set PALABRE_MEDIA__UDP_PORT to another."
            )
            findings.append(Finding("media port", "warning", text))
    return findings


def packet_path(application: Application) -> list[Finding]:
    """Whether the media engine has its compiled part."""
    from palabre.media.forwarder import native  # the ciphers are loaded for this alone

    what = "packet path"
    if application.settings.media.native == "off":
        return [Finding(what, "ok", "Python, because media.native is off")]
    if native.is_available():
        return [Finding(what, "ok", "the compiled part is used")]
    text = (
        f"Python; the compiled part, which spares a quarter of the processor's time, is not there "
        f"({native.missing}): run `sudo apt install {native.DEBIAN_PACKAGES}`, then install Palabre again."
    )
    return [Finding(what, "warning", text)]


def turn(application: Application) -> list[Finding]:
    """Whether people behind strict firewalls get a relay."""
    settings = application.settings.turn
    if not settings.urls:
        text = (
            "not configured: people whose network blocks UDP will not hear anybody (turn.urls, turn.secret)."
        )
        return [Finding("TURN relay", "warning", text)]
    if settings.secret is None:
        return [
            Finding(
                "TURN relay", "failed", "turn.urls is set and turn.secret is not: coturn refuses everybody."
            )
        ]
    return [Finding("TURN relay", "ok", ", ".join(settings.urls))]


def _is_free(kind: socket.SocketKind, host: str, port: int) -> bool:
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=kind, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True


def of_plugins(application: Application) -> list[Finding]:
    """What the plugins found."""
    contributed = application.plugins.collect(features.examinations, application=application)
    return [finding for one in contributed for finding in one.value]


#: In the order in which they are said.
EXAMINATIONS: tuple[Callable[[Application], list[Finding]], ...] = (
    configuration,
    data_folder,
    database,
    plugins,
    web_port,
    media_ports,
    packet_path,
    turn,
    of_plugins,
)
