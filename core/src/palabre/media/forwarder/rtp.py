"""RTP headers (RFC 3550 §5.1, RFC 8285), read and written without an object for each packet."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator

MINIMUM = 12
EXTENSION_BIT = 0x10
PADDING_BIT = 0x20

#: In the header's first 16 bits.
VERSION = 0x8000
PADDING = 0x2000
EXTENSION = 0x1000
MARKER = 0x0080

#: First 16 bits, sequence number, timestamp, SSRC.
HEADER = struct.Struct("!HHII")
TIMESTAMPS = 0xFFFF_FFFF
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000


@functools.cache
def header_format(extensions: int) -> struct.Struct:
    """``HEADER`` followed by that many bytes of extensions."""
    return struct.Struct(f"!HHII{extensions}s")


def header_length(packet: bytes) -> int:
    """Bytes before the payload.

    :raises ValueError: when the packet ends before its header does.
    """
    length = MINIMUM + 4 * (packet[0] & 0x0F)
    if packet[0] & EXTENSION_BIT:
        if len(packet) < length + 4:
            raise ValueError("RTP header extension is cut off")
        length += 4 + 4 * int.from_bytes(packet[length + 2 : length + 4], "big")
    if len(packet) < length:
        raise ValueError("RTP header is cut off")
    return length


def extension(packet: bytes, wanted: int) -> bytes | None:
    """Value of the header extension with this id, if the packet has it."""
    if not packet[0] & EXTENSION_BIT:
        return None
    start = MINIMUM + 4 * (packet[0] & 0x0F)
    profile = int.from_bytes(packet[start : start + 2], "big")
    end = start + 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    for number, value in _elements(packet, profile, start + 4, min(end, len(packet))):
        if number == wanted:
            return value
    return None


def _elements(packet: bytes, profile: int, position: int, end: int) -> Iterator[tuple[int, bytes]]:
    two_bytes = profile & 0xFFF0 == TWO_BYTE_PROFILE
    if profile != ONE_BYTE_PROFILE and not two_bytes:
        return
    while position < end:
        if packet[position] == 0:  # padding between elements
            position += 1
            continue
        if two_bytes:
            if position + 1 >= end:
                return
            number, length = packet[position], packet[position + 1]
            position += 2
        else:
            number, length = packet[position] >> 4, (packet[position] & 0x0F) + 1
            position += 1
        yield number, packet[position : min(position + length, end)]
        position += length


def without_padding(first_byte: int, payload: bytes) -> bytes:
    """The payload less the RTP padding that the header announces.

    :raises ValueError: when the padding is longer than the payload.
    """
    if not first_byte & PADDING_BIT or not payload:
        return payload
    padding = payload[-1]
    if not 0 < padding <= len(payload):
        raise ValueError("RTP padding is longer than the payload")
    return payload[:-padding]


def extension_block(number: int, value: bytes) -> bytes:
    """A whole one-byte-header extension block with one element of 1 to 16 bytes."""
    body = bytes(((number << 4) | (len(value) - 1),)) + value
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", ONE_BYTE_PROFILE, len(body) // 4) + body


def absolute_send_time(now_s: float) -> bytes:
    """24 bits of seconds with 18 fractional ones, as the abs-send-time extension has them."""
    return (int(now_s * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")
