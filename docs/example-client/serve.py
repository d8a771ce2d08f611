"""Serves this folder and passes its socket on to a Palabre service, which talks to pages of its own origin only.

python3 serve.py http://127.0.0.1:8000 9000
"""

from __future__ import annotations

import shutil
import socket
import ssl
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent


class Handler(SimpleHTTPRequestHandler):
    """The folder's files; anything under /socket.io/ goes to the service, byte by byte."""

    service = urlsplit("http://127.0.0.1:8000")

    def __init__(self, *args: object) -> None:
        super().__init__(*args, directory=str(HERE))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A file, or the socket."""
        if self.path.startswith("/socket.io/"):
            self._pass_on()
        else:
            super().do_GET()

    def _pass_on(self) -> None:
        origin = f"{self.service.scheme}://{self.service.netloc}"
        del self.headers["Host"], self.headers["Origin"]
        self.headers["Host"], self.headers["Origin"] = self.service.netloc, origin
        lines = [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        with self._connect() as service:
            service.sendall("\r\n".join(lines).encode())
            threading.Thread(target=self._copy_answers, args=(service,), daemon=True).start()
            while data := self.connection.recv(65536):
                service.sendall(data)
        self.close_connection = True

    def _connect(self) -> socket.socket:
        secure = self.service.scheme == "https"
        host = self.service.hostname or ""
        plain = socket.create_connection((host, self.service.port or (443 if secure else 80)))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain

    def _copy_answers(self, service: socket.socket) -> None:
        shutil.copyfileobj(service.makefile("rb", buffering=0), self.wfile)


if __name__ == "__main__":
    Handler.service = urlsplit(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 9000
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/\n")
    sys.stdout.flush()
    server.serve_forever()
