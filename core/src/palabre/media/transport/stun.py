"""The STUN side of ICE-lite: read a connectivity check, answer it (RFC 8445 §7.3, RFC 8489)."""

from __future__ import annotations

import secrets
import string
import struct
from dataclasses import dataclass

from aioice import stun

from palabre.media.forwarder.interface import Path
from palabre.media.transport.addresses import plain

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """User name fragment and password of one side."""

    ufrag: str
    pwd: str

    @classmethod
    def generate(cls) -> IceCredentials:
        """Unguessable ones (RFC 8445 §5.3 asks for 24 and 128 bits)."""
        return cls(_random(12), _random(24))


@dataclass(frozen=True, slots=True)
class Check:
    """A binding request of a browser, not authenticated yet."""

    message: stun.Message
    local_ufrag: str
    nominated: bool


def read_check(data: bytes) -> Check | None:
    """The connectivity check in a datagram; None for anything else, however malformed."""
    try:
        message = stun.parse_message(data)
        local_ufrag, _, _ = message.attributes.get("USERNAME", "").partition(":")
    # aioice unpacks attributes as they come; a cut or odd one fails in the struct, socket or unicode code.
    except (ValueError, IndexError, KeyError, OverflowError, struct.error):
        return None
    if message.message_class is not stun.Class.REQUEST or message.message_method is not stun.Method.BINDING:
        return None
    if not local_ufrag or "MESSAGE-INTEGRITY" not in message.attributes:
        return None
    return Check(message, local_ufrag, "USE-CANDIDATE" in message.attributes)


def authentic(check: Check, credentials: IceCredentials) -> bool:
    """Whether the sender of the check knows our password."""
    return check.message.check_message_integrity(credentials.pwd.encode())


def answer(check: Check, credentials: IceCredentials, path: Path) -> bytes:
    """The success response, which tells the browser how it is seen from here."""
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=check.message.transaction_id,
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = plain(path.address)
    response.add_message_integrity(credentials.pwd.encode())
    return bytes(response)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
