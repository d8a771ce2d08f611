"""An installation in a folder of its own, with real processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from palabre import first_run
from palabre.application import Application, create_application
from palabre.config import Settings
from palabre.invitations import make_link, token_of
from palabre.migrations import upgrade
from palabre.model import JoinLink, LinkKind, Role, Tenant
from palabre.model import Meeting as MeetingRow
from palabre.plugins.features import tenant_context
from palabre.tenants.scope import tenant_scope

PALABRE = str(Path(sys.executable).with_name("palabre"))
#: For a process to start while others use the machine.
START_S = 60.0


@dataclass
class Running:
    """A process of the installation."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Installation:
    """Prepared tables and a tenant; processes are started by the test.

    :param database: address of the database; SQLite in the folder without it.
    :param settings: more ``PALABRE_…`` variables, such as ``WEB__REDIS_URL``.
    """

    def __init__(self, folder: Path, *, database: str | None = None, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port, self.udp_port = free_ports()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")},
            "PALABRE_DATA_DIR": str(folder),
            "PALABRE_WEB__PORT": str(self.port),
            "PALABRE_MEDIA__UDP_PORT": str(self.udp_port),
            **({"PALABRE_DATABASE__URL": database} if database else {}),
            **{f"PALABRE_{name}": value for name, value in settings.items()},
        }
        self.processes: list[Running] = []
        self.supervisor: Running
        self.application = self._prepare(database)

    def _prepare(self, database: str | None) -> Application:
        settings: dict[str, Any] = {"data_dir": self.folder}
        if database:
            settings["database"] = {"url": database}
        application = create_application(Settings(**settings))
        upgrade(application.db, application.plugins)
        self.demonstration = first_run.prepare(application).demonstration
        return application

    @property
    def url(self) -> str:
        """Where the first web process answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *command: str, name: str = "process") -> Running:
        """Start a command of the installation."""
        log = self.folder / f"{name}-{len(self.processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running = Running(process, log)
        self.processes.append(running)
        return running

    def start_web(self, number: int = 0, *, mode: str = "eventlet") -> Running:
        """Start one web process and wait until it answers."""
        command = [sys.executable, "-m", "palabre_webui", "--async-mode", mode, "--number", str(number)]
        running = self.start(*command, name=f"web-{number}")
        running.url = f"http://127.0.0.1:{self.port + number}"
        wait_until(
            lambda: self.answers("/healthz", port=self.port + number),
            START_S,
            running.log.read_text,
        )
        return running

    def start_media(self) -> Running:
        """Start the media worker and wait until it listens."""
        channel = self.folder / "media-0.sock"
        options = [f"--socket={channel}", f"--udp-port={self.udp_port}", "--listen=127.0.0.1"]
        running = self.start(sys.executable, "-m", "palabre.services.media", *options, name="media")
        wait_until(lambda: "media_worker_ready" in running.log.read_text(), START_S, running.log.read_text)
        return running

    def serve(self, *arguments: str) -> Running:
        """Start everything under the supervisor, and wait until it is ready."""
        running = self.start(PALABRE, "serve", *arguments, name="serve")
        running.url = self.url
        wait_until(lambda: self.answers("/readyz"), START_S, running.log.read_text)
        return running

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``palabre`` command to its end."""
        return subprocess.run(
            [PALABRE, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def get(
        self,
        path: str,
        *,
        port: int | None = None,
        method: str = "GET",
        body: str | None = None,
        **headers: str,
    ) -> Page:
        """Ask for an address, without following anything."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        page = Page(answer.status, answer.headers, answer.read())
        connection.close()
        return page

    def answers(self, path: str, *, port: int | None = None) -> bool:
        """Whether an address answers with 200 at this moment."""
        try:
            return self.get(path, port=port).status == 200
        except OSError:
            return False

    def tenant(self, slug: str = "default", **columns: Any) -> Tenant:
        """A tenant, made when there is none; columns are set."""
        with self.application.db.transaction() as session:
            row = session.query(Tenant).filter_by(slug=slug).one_or_none()
            if row is None:
                row = Tenant(slug=slug, name=slug.title(), created_at=self.application.clock.now())
                session.add(row)
            for name, value in columns.items():
                setattr(row, name, value)
        return row

    def meeting(self, *, tenant: str = "default", **columns: Any) -> Meeting:
        """A new meeting."""
        row = self.tenant(tenant)
        with self.application.db.reading() as session:
            context = tenant_context(session, self.application.plugins, row)
        with tenant_scope(context), self.application.db.transaction() as session:
            made = MeetingRow(
                **{"name": "Budget review", "created_at": self.application.clock.now(), **columns}
            )
            session.add(made)
            session.flush()
            return Meeting(self, made.id, made.public_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in reversed(self.processes):
            running.stop()
        self.application.db.close()


@dataclass(frozen=True)
class Page:
    """An answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Meeting:
    """A meeting of an installation."""

    installation: Installation = field(repr=False)
    id: int
    public_id: str

    def link(self, role: str = "guest", *, kind: LinkKind = LinkKind.PERSONAL, **columns: Any) -> str:
        """The token of a new join link."""
        application = self.installation.application
        with application.db.transaction() as session:
            meeting = session.get_one(MeetingRow, self.id)
            made = make_link(
                session, meeting=meeting, kind=kind, role=Role(role), now=application.clock.now()
            )
            for name, value in columns.items():
                setattr(made, name, value)
            return token_of(application.secret, made)

    def change_link(self, token: str, **columns: Any) -> None:
        """Change the row of a link, as the organiser would."""
        with self.installation.application.db.transaction() as session:
            row = session.query(JoinLink).filter_by(selector=token.partition(".")[0]).one()
            for name, value in columns.items():
                setattr(row, name, value)

    def change(self, **columns: Any) -> None:
        """Change the meeting's row."""
        with self.installation.application.db.transaction() as session:
            row = session.get_one(MeetingRow, self.id)
            for name, value in columns.items():
                setattr(row, name, value)


def wait_until(condition: Any, timeout_s: float = 10.0, explain: Any = lambda: "") -> None:
    """Look until something is true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {timeout_s:g} s\n{explain()}"
        time.sleep(0.02)


def free_ports() -> tuple[int, int]:
    """A TCP port whose next is free too, and a UDP port, on loopback."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first, socket.socket(type=socket.SOCK_DGRAM) as udp:
            port = int(first.getsockname()[1])
            udp.bind(("127.0.0.1", 0))
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port, int(udp.getsockname()[1])
