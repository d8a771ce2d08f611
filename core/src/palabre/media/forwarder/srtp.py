"""SRTP and SRTCP (RFC 3711, RFC 7714): opening what arrives, sealing what leaves.

RTP in AES-128-GCM goes through ``cryptography`` with the counter block made here: one C call a packet. RTP in
AES-CM with HMAC-SHA1, and all RTCP, go through libsrtp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pylibsrtp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Policy, Session

from palabre.media.forwarder.interface import SrtpKeys, SrtpProfile
from palabre.media.forwarder.rtp import HEADER, TIMESTAMPS, header_format
from palabre.media.forwarder.segments import Run

KEY_LENGTH = 16
WINDOW = 1024

#: Labels of the session key and salt for RTP (RFC 3711 §4.3.2).
_KEY_LABEL = 0
_SALT_LABEL = 2

_LIBSRTP_PROFILES = {
    SrtpProfile.AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AES_128_CM_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


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


@dataclass(slots=True)
class View:
    """How a route shows a stream to its subscriber."""

    ssrc: int
    payload_type: int
    #: Index sent = sequence received - offset.
    offset: int = 0
    #: What has a lower index is too late.
    began: int = 0
    #: Added to timestamps.
    shift: int = 0


class Sealer(Protocol):
    """Encrypts the packets of one outgoing SSRC."""

    def seal(self, header: bytes, payload: bytes, index: int) -> bytes:
        """The protected packet; ``index`` is the 48-bit packet index."""

    def seal_run(self, run: Run, view: View) -> list[bytes]:
        """The protected packets of a run, less those that are too late. This is the hottest loop of all."""


class GcmOpener:
    """AEAD_AES_128_GCM: the counter block is salt XOR (SSRC, index), the header is authenticated."""

    def __init__(self, key_and_salt: bytes) -> None:
        cipher, self._salt = _session_keys(key_and_salt)
        self._decrypt = cipher.decrypt

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        nonce = (self._salt ^ (ssrc << 48 | index)).to_bytes(12, "big")
        try:
            return self._decrypt(nonce, packet[header:], packet[:header])
        except InvalidTag:
            raise NotAuthentic from None


class CmOpener:
    """AES_CM_128_HMAC_SHA1_80 by libsrtp, which keeps its own packet index for each SSRC."""

    def __init__(self, key_and_salt: bytes) -> None:
        self._session = _session(SrtpProfile.AES_128_CM_SHA1_80, key_and_salt, Policy.SSRC_ANY_INBOUND)

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        try:
            return self._session.unprotect(packet)[header:]
        except (pylibsrtp.Error, TypeError):
            raise NotAuthentic from None


class GcmSealer:
    """The sending side of ``GcmOpener``; the key schedule is shared by the SSRC of a peer."""

    __slots__ = ("_base", "_encrypt")

    def __init__(self, cipher: AESGCM, salt: int, ssrc: int) -> None:
        self._encrypt = cipher.encrypt
        self._base = salt ^ (ssrc << 48)

    def seal(self, header: bytes, payload: bytes, index: int) -> bytes:
        return header + self._encrypt((self._base ^ index).to_bytes(12, "big"), payload, header)

    def seal_run(self, run: Run, view: View) -> list[bytes]:
        encrypt, base, extensions = self._encrypt, self._base, run.extensions
        pack = header_format(len(extensions)).pack
        ssrc, payload_type, offset, began, shift = (
            view.ssrc,
            view.payload_type,
            view.offset,
            view.began,
            view.shift,
        )
        sealed = []
        for first, sequence, timestamp, payload in run.parts:
            index = sequence - offset
            if index >= began:
                stamp = (timestamp + shift) & TIMESTAMPS
                header = pack(first | payload_type, index & 0xFFFF, stamp, ssrc, extensions)
                sealed.append(header + encrypt((base ^ index).to_bytes(12, "big"), payload, header))
        return sealed


class CmSealer:
    """The sending side of ``CmOpener``; takes no packet longer than 1,356 bytes."""

    __slots__ = ("_protect",)

    def __init__(self, session: Session) -> None:
        self._protect = session.protect

    def seal(self, header: bytes, payload: bytes, index: int) -> bytes:
        protected: bytes = self._protect(header + payload)
        return protected

    def seal_run(self, run: Run, view: View) -> list[bytes]:
        sealed = []
        for first, sequence, timestamp, payload in run.parts:
            index = sequence - view.offset
            if index >= view.began:
                stamp = (timestamp + view.shift) & TIMESTAMPS
                header = HEADER.pack(first | view.payload_type, index & 0xFFFF, stamp, view.ssrc)
                sealed.append(self._protect(header + run.extensions + payload))
        return sealed


class Protection:
    """Both directions of one peer."""

    def __init__(self, keys: SrtpKeys) -> None:
        self.opener: Opener
        if keys.profile is SrtpProfile.AES_128_GCM:
            self.opener = GcmOpener(keys.receive)
            self._cipher, self._salt = _session_keys(keys.send)
        else:
            self.opener = CmOpener(keys.receive)
        self._profile = keys.profile
        self._outbound = _session(keys.profile, keys.send, Policy.SSRC_ANY_OUTBOUND)
        self._inbound = _session(keys.profile, keys.receive, Policy.SSRC_ANY_INBOUND)

    def sealer(self, ssrc: int) -> Sealer:
        """For one outgoing SSRC. Two sealers for the same SSRC would use a counter twice: never ask again."""
        if self._profile is SrtpProfile.AES_128_GCM:
            return GcmSealer(self._cipher, self._salt, ssrc)
        return CmSealer(self._outbound)

    def open_rtcp(self, packet: bytes) -> bytes:
        """:raises NotAuthentic: when the tag is wrong or the packet was seen before."""
        try:
            opened: bytes = self._inbound.unprotect_rtcp(packet)
        except (pylibsrtp.Error, TypeError):
            raise NotAuthentic from None
        return opened

    def seal_rtcp(self, packet: bytes) -> bytes:
        """The protected compound packet."""
        sealed: bytes = self._outbound.protect_rtcp(packet)
        return sealed


def _session_keys(key_and_salt: bytes) -> tuple[AESGCM, int]:
    """Session key and salt for RTP, derived from the master's (RFC 3711 §4.3, RFC 7714 §11)."""
    master, salt = key_and_salt[:KEY_LENGTH], key_and_salt[KEY_LENGTH:]
    salt_length = len(salt)
    base = int.from_bytes(salt.ljust(14, b"\0"), "big")

    def derive(label: int, length: int) -> bytes:
        counter = ((base ^ label << 48) << 16).to_bytes(16, "big")
        encryptor = Cipher(algorithms.AES(master), modes.CTR(counter)).encryptor()
        return encryptor.update(bytes(length)) + encryptor.finalize()

    return AESGCM(derive(_KEY_LABEL, KEY_LENGTH)), int.from_bytes(derive(_SALT_LABEL, salt_length), "big")


def _session(profile: SrtpProfile, key_and_salt: bytes, ssrc_type: int) -> Session:
    policy = Policy(key=key_and_salt, ssrc_type=ssrc_type, srtp_profile=_LIBSRTP_PROFILES[profile])
    policy.window_size = WINDOW
    policy.allow_repeat_tx = True
    return Session(policy)
