"""The worker's end of the channel: takes connections of web processes, answers their requests."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import structlog
from pydantic import ValidationError

from palabre.media import lines
from palabre.media.engine import Engine
from palabre.media.errors import EngineError
from palabre.media.methods import METHODS

log = structlog.get_logger(__name__)

#: A web process that reads so little is broken; it is cut off.
MOST_UNREAD = 16 * 1024 * 1024


class WebConnection:
    """One web process. Implements ``peer.Owner``."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def notify(self, method: str, params: Mapping[str, object]) -> None:
        self.write(lines.notification(method, params))

    def write(self, line: bytes) -> None:
        """Send a line; nothing happens on a broken connection."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("web_process_does_not_read")
            transport.abort()
            return
        self._writer.write(line)


class Channel:
    """Listens; each request of a connection is answered before its next one is read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.StreamWriter] = set()
        self._path: Path | None = None

    async def listen(self, address: str) -> None:
        """:raises OSError: when the address is in use, by a worker that lives, or not ours."""
        target = lines.address(address)
        if isinstance(target, tuple):
            self._server = await asyncio.start_server(self._serve, *target, limit=lines.LONGEST_LINE)
            return
        self._path = Path(target)
        _remove_dead_socket(self._path)
        before = os.umask(0o077)  # whoever can connect rules all rooms
        try:
            self._server = await asyncio.start_unix_server(self._serve, target, limit=lines.LONGEST_LINE)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Take no more connections and end those there are."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._serving):
            writer.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = WebConnection(writer)
        self._serving.add(writer)
        try:
            while line := await self._read(reader, connection):
                self._take(line, connection)
                await writer.drain()
        except ConnectionError as error:
            log.info("web_connection_broken", reason=str(error))
        except asyncio.CancelledError:
            pass  # the worker stops; Python 3.11 would report a cancelled handler as an error
        finally:
            self._serving.discard(writer)
            self._engine.disowned(connection)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, connection: WebConnection) -> bytes:
        try:
            return await reader.readline()
        except ValueError:  # asyncio's word for a line over the limit; what follows has no beginning
            connection.write(lines.error(None, lines.INVALID_REQUEST, "the line is too long", "too_large"))
            return b""

    def _take(self, line: bytes, connection: WebConnection) -> None:
        try:
            message = lines.parse(line)
        except ValueError as error:
            connection.write(lines.error(None, lines.PARSE_ERROR, str(error), "bad_message"))
            return
        number = message.get("id")
        reply = self._perform(message, number, connection)
        if number is not None:
            connection.write(reply)

    def _perform(self, message: Mapping[str, object], number: object, connection: WebConnection) -> bytes:
        name = message.get("method")
        method = METHODS.get(name) if isinstance(name, str) else None
        if method is None:
            return lines.error(number, lines.UNKNOWN_METHOD, "there is no such method", "unknown_method")
        try:
            params = method.params.model_validate(message.get("params", {}))
            return lines.result(number, method.perform(self._engine, connection, params))
        except ValidationError as error:
            return lines.error(number, lines.INVALID_PARAMS, str(error), "bad_params")
        except EngineError as error:
            return lines.error(number, lines.REFUSED, error.message, error.code)
        except Exception:
            log.exception("request_failed", method=name)
            return lines.error(
                number, lines.INTERNAL_ERROR, "the engine failed; its log says why", "engine_failed"
            )


def _remove_dead_socket(path: Path) -> None:
    """A killed worker leaves its socket file behind; one that lives keeps it."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
