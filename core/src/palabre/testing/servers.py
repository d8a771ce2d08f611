"""Real database servers for tests: each started for the session in a temporary folder, on a port of its own.

The programs come from Debian's packages ``postgresql`` and ``redis-server``. Where they are missing, a
test that asks for one of these fixtures fails and says so; it is never skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from palabre.testing.mail import MailServer

_START_TIMEOUT_S = 30


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """SQLAlchemy address (psycopg2) of an empty database on a PostgreSQL server of the session's own."""
    programs = _postgresql_programs()
    with _folder() as folder:
        account, port = _account_for_postgresql(folder), str(_free_port())
        data = f"{folder}/data"
        initdb = ["--auth=trust", "--username=palabre", "--encoding=UTF8", "--no-sync", data]
        _run(["setpriv", *account, f"{programs}/initdb", *initdb])
        careless = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        server = [
            f"{programs}/postgres",
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            port,
            "-k",
            str(folder),
            *careless,
        ]
        ready = [f"{programs}/pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
        with _serving(
            [*account, *server], folder, lambda: subprocess.run(ready, check=False).returncode == 0
        ):
            yield f"postgresql+psycopg2://palabre@127.0.0.1:{port}/postgres"


@pytest.fixture
def empty_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """Address of a database that is one test's own and empty; dropped after it."""
    import sqlalchemy

    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = sqlalchemy.create_engine(
        postgresql_url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield postgresql_url.removesuffix("postgres") + name
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of a Redis server of the session's own, which keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is missing: install Debian's package redis-server.", pytrace=False)
    with _folder() as folder:
        port = _free_port()
        server = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
        with _serving(server, folder, lambda: _answers_ping(port)):
            yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server (SMTP) on loopback that keeps what it is given."""
    from palabre.testing.mail import MailServer

    with MailServer() as server:
        yield server


def _postgresql_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        pytest.fail("PostgreSQL's server is missing: install Debian's package postgresql.", pytrace=False)
    return versions[-1].parent


def _account_for_postgresql(folder: Path) -> list[str]:
    """Options of setpriv for the account ``postgres``, when we are root: the server refuses to be root."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that another account may be given; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="palabre-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(command: Sequence[str], folder: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server while the block lasts; the kernel ends it when the test process is killed.

    :param command: options of setpriv, the program, its arguments.
    """
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "INT", *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{' '.join(command)} did not start:\n{log.read_text()}", pytrace=False)
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL: now, whoever is connected
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command[0]} failed:\n{done.stdout}{done.stderr}", pytrace=False)


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16) == b"+PONG\r\n"
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
