"""A fresh clone to try set-up in, as a newcomer has it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Clone:
    """A clone of this repository, and what a person does in it."""

    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """A newcomer's variables: nothing of ours, and no virtual environment on the PATH."""
        ours = ("PALABRE_", "PYTEST_", "MAKE", "VIRTUAL_ENV", "MFLAGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = [entry for entry in kept["PATH"].split(":") if not Path(entry).is_relative_to(ROOT)]
        return {**kept, "PATH": ":".join(path), **more}

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """What ``command`` prints and its status."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @contextmanager
    def making_run(self, port: int, timeout_s: float) -> Iterator[Running]:
        """``make run`` until it answers; at the end of the block nothing of it is left."""
        log = self.folder / "run.log"
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["make", "run"],
                cwd=self.folder,
                env=self.environment(
                    PALABRE_WEB__PORT=str(port), PALABRE_MEDIA__UDP_PORT=str(free_port(socket.SOCK_DGRAM))
                ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = Running(process, log, f"http://127.0.0.1:{port}", began)
        try:
            running.wait_until_it_answers(timeout_s)
            yield running
        finally:
            running.press_ctrl_c()
            if not wait_for(lambda: not self.processes(), 15):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)

    def processes(self) -> list[str]:
        """The command of each process that works in the clone."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it has just ended
        return [command for command in found if command]


@dataclass
class Running:
    """A ``make run``."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str
    began: float
    seconds_to_start: float = 0

    def wait_until_it_answers(self, timeout_s: float) -> None:
        def answers() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                return False

        assert wait_for(answers, timeout_s), self.log.read_text()
        self.seconds_to_start = time.monotonic() - self.began

    def wait_until_it_says(self, text: str) -> None:
        assert wait_for(lambda: text in self.log.read_text(), 10), self.log.read_text()

    def press_ctrl_c(self) -> None:
        """The terminal sends the signal to every process of the group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A fresh clone. Tests share it; the first that needs a virtual environment makes it."""
    folder = tmp_path_factory.mktemp("newcomer") / "palabre"
    configuration = folder.parent / "gitconfig"
    configuration.write_text("[safe]\n\tdirectory = *\n")
    subprocess.run(
        ["git", "clone", "--quiet", ROOT, folder],
        env={**os.environ, "GIT_CONFIG_GLOBAL": str(configuration)},
        check=True,
    )
    return Clone(folder)


@pytest.fixture(scope="session")
def prepared(clone: Clone) -> Clone:
    """The clone, once ``make run`` has worked in it."""
    port = free_port(socket.SOCK_STREAM)
    with clone.making_run(port, timeout_s=400):
        pass
    return clone


def wait_for(condition, timeout_s: float) -> bool:
    """Whether ``condition`` comes true in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def free_port(kind: int) -> int:
    """A port that nobody uses on loopback at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
