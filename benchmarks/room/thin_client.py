"""A Socket.IO client that does as little as possible, so that 80 of them leave the machine to the server.

It speaks Engine.IO 4 over one websocket: text frames alone, pings answered, acknowledgements matched. It reads an
event's number and keeps nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from typing import Any

NAMESPACE = "/room"


class ThinClient:
    """A participant.

    :ivar numbers: sequence numbers of the events, as they came.
    :ivar arrivals: when each came, on the monotonic clock, in seconds.
    """

    def __init__(self, host: str, port: int, link: str) -> None:
        self._host, self._port, self._link = host, port, link
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._next_ack = 0
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.numbers: list[int] = []
        self.arrivals: list[float] = []
        self.start = 0
        self.broken: str | None = None

    async def enter(self, name: str) -> dict[str, Any]:
        """Connect and come in; what the door answered."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await self._reader.readuntil(b"\r\n\r\n")
        self._task = asyncio.create_task(self._read())
        auth = json.dumps({"link": self._link, "language": "en", "protocol": 1})
        self._send(f"40{NAMESPACE},{auth}")
        await self._connected
        entered = await self.ask("enter", {"name": name})
        assert entered["ok"], entered
        self.start = entered["seq"]
        return dict(entered)

    async def ask(self, message: str, data: Any) -> Any:
        """Send a message; its acknowledgement."""
        number, self._next_ack = self._next_ack, self._next_ack + 1
        answer = self._acks[number] = asyncio.get_running_loop().create_future()
        self._send(f"42{NAMESPACE},{number}{json.dumps([message, data])}")
        return await answer

    def in_order(self, last: int) -> bool:
        """Whether every event up to ``last`` came, once and in order."""
        return [number for number in self.numbers if number > self.start] == list(
            range(self.start + 1, last + 1)
        )

    async def go(self) -> None:
        """Close the connection."""
        self._task.cancel()
        self._writer.close()

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(2)
                size = head[1] & 0x7F
                if size == 126:
                    size = int.from_bytes(await self._reader.readexactly(2), "big")
                elif size == 127:
                    size = int.from_bytes(await self._reader.readexactly(8), "big")
                payload = await self._reader.readexactly(size)
                if head[0] & 0x0F == 1:
                    self._take(payload)
                elif head[0] & 0x0F == 8:
                    self.broken = f"closed: {payload!r}"
                    return
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.broken = repr(error)

    def _take(self, packet: bytes) -> None:
        if packet == b"2":
            self._send("3")
        elif packet.startswith(b'42/room,["event"'):
            self.arrivals.append(time.monotonic())
            where = packet.index(b'"seq":') + 6
            end = where
            while packet[end : end + 1].isdigit():
                end += 1
            self.numbers.append(int(packet[where:end]))
        elif packet.startswith(b"43/room,"):
            digits, _bracket, answer = packet[8:].partition(b"[")
            self._acks.pop(int(digits)).set_result(json.loads(b"[" + answer)[0])
        elif packet.startswith(b"40/room"):
            self._connected.set_result(None)
        elif packet.startswith(b"44/room"):
            self._connected.set_exception(ConnectionRefusedError(packet.decode()))

    def _send(self, text: str) -> None:
        payload, mask = text.encode(), os.urandom(4)
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        pad = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
        self._writer.write(head + mask + masked)
