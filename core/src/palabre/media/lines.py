"""The channel's framing: JSON-RPC 2.0, one message a line, over a Unix socket or TCP. Both sides use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

VERSION = 1
#: An SDP of a large room is some hundred kilobytes.
LONGEST_LINE = 4 * 1024 * 1024

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
UNKNOWN_METHOD = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
#: The engine understood and refuses; ``data.code`` says why.
REFUSED = -32000


def request(number: int, method: str, params: Mapping[str, object]) -> bytes:
    """A line that asks for an answer."""
    return _line({"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params)})


def notification(method: str, params: Mapping[str, object]) -> bytes:
    """A line that asks for none."""
    return _line({"jsonrpc": "2.0", "method": method, "params": dict(params)})


def result(number: object, value: object) -> bytes:
    """The answer to a request."""
    return _line({"jsonrpc": "2.0", "id": number, "result": value})


def error(number: object, code: int, message: str, name: str) -> bytes:
    """The answer to a request that is not granted; ``name`` is the stable code."""
    return _line(
        {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, "data": {"code": name}}}
    )


def parse(line: bytes) -> dict[str, Any]:
    """A message.

    :raises ValueError: when the line is no JSON object.
    """
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")  # noqa: TRY004 - the caller got bad input
    return message


def address(text: str) -> str | tuple[str, int]:
    """A path of a Unix socket, or host and port of ``tcp://host:port``.

    :raises ValueError: when the port is no number.
    """
    if not text.startswith("tcp://"):
        return text.removeprefix("unix://")
    host, _, port = text.removeprefix("tcp://").rpartition(":")
    return host.strip("[]"), int(port)


def _line(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
