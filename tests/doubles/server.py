"""What the doubles have in common: HTTP on loopback, a log of what came, faults on demand."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: Status, headers, body of an answer.
Answer = tuple[int, dict[str, str], bytes]


def answer(value: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def page(html: str) -> Answer:
    """An answer that browsers show."""
    return 200, {"Content-Type": "text/html; charset=utf-8"}, html.encode()


def redirect(address: str) -> Answer:
    """An answer that leads on."""
    return 303, {"Location": address}, b""


class Double:
    """An HTTP server in a thread, with ``with``.

    :ivar faults: statuses that the next requests of the interface are answered with, before it works again.
    :ivar asked: method and path of every request, in order.
    """

    def __init__(self) -> None:
        self.faults: list[int] = []
        self.asked: list[str] = []
        self.lock = threading.RLock()
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/favicon.ico":  # every browser asks, and no test does
                    self.send_response(204)
                    self.end_headers()
                    return
                with double.lock:
                    double.asked.append(f"{self.command} {parts.path}")
                    status, headers, content = double.respond(
                        self.command, parts.path, query, {k.lower(): v for k, v in self.headers.items()}, body
                    )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _handle  # noqa: N815 - their names

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        """The answer to a request."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
