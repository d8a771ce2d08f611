"""The receiving side of SRTP: from what a peer sent to what it means."""

from __future__ import annotations

from typing import Protocol

import pylibsrtp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Session


class NotAuthentic(Exception):
    """The packet was not made by the peer, or was changed on its way."""


class Opener(Protocol):
    """Checks and decrypts the packets of one peer."""

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        """The payload, padding included.

        :param header: length of the RTP header with its extensions, bytes.
        :param index: the 48-bit packet index (RFC 3711 §3.3.1).
        :raises NotAuthentic: when the tag is wrong.
        """


class GcmOpener:
    """AEAD_AES_128_GCM: the counter block is salt XOR (SSRC, index), the header is authenticated."""

    def __init__(self, cipher: AESGCM, salt: int) -> None:
        self._decrypt = cipher.decrypt
        self._salt = salt

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        nonce = (self._salt ^ (ssrc << 48 | index)).to_bytes(12, "big")
        try:
            return self._decrypt(nonce, packet[header:], packet[:header])
        except InvalidTag:
            raise NotAuthentic from None


class CmOpener:
    """AES_CM_128_HMAC_SHA1_80 by libsrtp, which keeps its own packet index for each SSRC."""

    def __init__(self, session: Session) -> None:
        self._unprotect = session.unprotect

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        try:
            return self._unprotect(packet)[header:]
        except (pylibsrtp.Error, TypeError):
            raise NotAuthentic from None
