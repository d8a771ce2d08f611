"""A whole installation for browser tests: its own data folder, its own ports, every service."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from palabre.application import Application, create_application, make_host
from palabre.config import DatabaseSection, Settings
from palabre.meetings import plan_meeting
from palabre.model import Account
from palabre.tenants.service import tenant_by_slug
from palabre_webui.testing.accounts import PASSWORD, make_account

#: the command beside the interpreter that runs the tests
PALABRE = str(Path(sys.executable).with_name("palabre"))


class Server:
    """``palabre serve`` in a folder of its own, until ``stop``.

    :param folder: where data and the log go.
    :param environment: more ``PALABRE_…`` variables.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port(socket.SOCK_STREAM)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")},
            "PALABRE_DATA_DIR": str(folder),
            "PALABRE_DATABASE__URL": f"sqlite:///{folder}/palabre.sqlite3",
            "PALABRE_WEB__PORT": str(self.port),
            "PALABRE_MEDIA__UDP_PORT": str(free_port(socket.SOCK_DGRAM)),
            **environment,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PALABRE, "serve", "--first-run"],
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready()

    def _wait_until_ready(self, timeout_s: float = 40) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not get ready:\n{self.log.read_text()}")

    def command(self, *arguments: str) -> str:
        """What a ``palabre`` command prints in this installation."""
        done = subprocess.run(
            [PALABRE, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def link(self, name: str, role: str = "guest", meeting: str = "demo") -> str:
        """A personal join link into a meeting."""
        return self.command("link", meeting, "--role", role, "--name", name).strip().splitlines()[-1]

    def plan(self, name: str = "Budget review", **options: Any) -> str:
        """Plan a meeting that is always open, and return its public id.

        :param options: those of ``plan_meeting``, such as ``wait_for_presenter``.
        """
        with self.application() as application, application.db.transaction() as session:
            tenant = tenant_by_slug(session, "default")
            now = application.clock.now()
            return plan_meeting(session, name=name, now=now, tenant_id=tenant.id, **options).public_id

    def sign_in(
        self, page: Page, *, name: str = "Léa Martin", language: str = "en", at: str | None = None
    ) -> str:
        """Make an account of its own for somebody, and sign a browser in to it; the account's address.

        :param at: another address of the installation, such as by name.
        """
        email = f"{secrets.token_hex(6)}@example.org"
        with self.application() as application:
            account = make_account(application, email=email, name=name)
            with application.db.transaction() as session:
                session.get_one(Account, account.id).language = language
        page.goto(f"{at or self.url}/account/sign-in")
        page.locator("#email").fill(email)
        page.locator("#password").fill(PASSWORD)
        page.locator("form[action='/account/sign-in'] button[type=submit]").click()
        page.wait_for_url("**/meetings")
        return email

    @contextmanager
    def application(self) -> Iterator[Application]:
        """The installation, as a process of its own sees it."""
        settings = Settings(
            data_dir=self.folder, database=DatabaseSection(url=self.environment["PALABRE_DATABASE__URL"])
        )
        application = create_application(settings, plugins=make_host())
        try:
            yield application
        finally:
            application.db.close()

    def stop(self) -> None:
        """End every process of it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


def free_port(kind: int) -> int:
    """A port that nobody uses on loopback at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
