"""Static files under addresses that change with their content, so that browsers keep them for good.

A folder is one tree with one hash: modules import each other by relative paths, which stay inside
``…/<hash>/``. A tree is read again when a file in it changed, at most once a second.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import posixpath
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Response, abort, request

#: Written out because what the machine's own table says differs from one to the next.
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
    ".map": "application/json",
}
_COMPRESSIBLE = {"text/javascript", "text/css", "application/json", "image/svg+xml", "text/plain"}
_SMALLEST_COMPRESSED = 400
#: One year, in seconds.
_KEEP_S = 31_536_000
_LOOK_AGAIN_S = 1.0
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"();]*?(?:from\s*)?["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class _File:
    size: int
    changed_ns: int


class StaticTree:
    """One folder of static files.

    :param folder: where it is.
    :param prefix: address of the folder without the hash, such as ``/static``.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self._lock = threading.Lock()
        self._files: dict[str, _File] = {}
        self._hash = ""
        self._looked_at = float("-inf")
        self._compressed: dict[str, bytes] = {}
        self._imports: dict[str, list[str]] = {}

    def url(self, path: str) -> str:
        """Address of a file."""
        return f"{self.root()}/{path}"

    def root(self) -> str:
        """Address of the folder as it is now."""
        self._look()
        return f"{self.prefix}/{self._hash}"

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        self._look()
        return path in self._files

    def read_json(self, path: str) -> dict[str, str]:
        """The content of a JSON file; empty when there is none."""
        if not self.has(path):
            return {}
        content: dict[str, str] = json.loads((self.folder / path).read_text("utf-8"))
        return content

    def imported_by(self, path: str) -> list[str]:
        """Every module that a module imports from this tree, and what these import, itself first."""
        self._look()
        if path not in self._imports:
            self._imports[path] = self._follow_imports(path)
        return self._imports[path]

    def respond(self, digest: str, path: str) -> Response:
        """The answer to a request for a file.

        :param digest: the hash in the address; a stale one gets the file too, but not for keeps.
        """
        if not self.has(path):
            abort(404)
        mimetype = _TYPES.get(posixpath.splitext(path)[1]) or mimetypes.guess_type(path)[0]
        content = (self.folder / path).read_bytes()
        response = Response(content, mimetype=mimetype or "application/octet-stream")
        if response.mimetype in _COMPRESSIBLE and len(content) > _SMALLEST_COMPRESSED:
            response.headers["Vary"] = "Accept-Encoding"
            if accepts_gzip():
                response.data = self._compress(path, content)
                response.headers["Content-Encoding"] = "gzip"
        if digest == self._hash:
            response.headers["Cache-Control"] = f"public, max-age={_KEEP_S}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response

    def _compress(self, path: str, content: bytes) -> bytes:
        known = self._compressed.get(path)
        if known is None:
            known = self._compressed[path] = gzip.compress(content, 9, mtime=0)
        return known

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < _LOOK_AGAIN_S:
            return
        with self._lock:
            found = {
                str(path.relative_to(self.folder).as_posix()): _File(stat.st_size, stat.st_mtime_ns)
                for path in sorted(self.folder.rglob("*"))
                if path.is_file() and (stat := path.stat())
            }
            if found != self._files:
                digest = hashlib.sha256()
                for name in found:
                    digest.update(name.encode() + b"\0" + (self.folder / name).read_bytes() + b"\0")
                self._hash = digest.hexdigest()[:12]
                self._files = found
                self._compressed.clear()
                self._imports.clear()
            self._looked_at = now

    def _follow_imports(self, start: str) -> list[str]:
        found = [start]
        for path in found:
            if path not in self._files:
                continue
            for target in _IMPORT.findall((self.folder / path).read_text("utf-8")):
                if not target.startswith("."):
                    continue
                absolute = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                if absolute in self._files and absolute not in found:
                    found.append(absolute)
        return [path for path in found if path in self._files]


def accepts_gzip() -> bool:
    """Whether the present request takes a compressed answer."""
    return request.accept_encodings.quality("gzip") > 0
