"""SRTP and SRTCP (RFC 3711, RFC 7714): the keys of a peer, and who opens and seals with them.

RTP in AES-128-GCM goes through the compiled part, or through ``cryptography`` with the counter block made here.
RTP in AES-CM with HMAC-SHA1, and all RTCP, go through libsrtp.
"""

from __future__ import annotations

import pylibsrtp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Policy, Session

from palabre.media.forwarder.interface import SrtpKeys, SrtpProfile
from palabre.media.forwarder.native import NativeOpener, NativeSealer, new_gcm
from palabre.media.forwarder.openers import CmOpener, GcmOpener, NotAuthentic, Opener
from palabre.media.forwarder.sealers import CmSealer, GcmSealer, Sealer

KEY_LENGTH = 16
WINDOW = 1024

#: Labels of the session key and salt for RTP (RFC 3711 §4.3.2).
_KEY_LABEL = 0
_SALT_LABEL = 2

_LIBSRTP_PROFILES = {
    SrtpProfile.AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AES_128_CM_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


class Protection:
    """Both directions of one peer."""

    def __init__(self, keys: SrtpKeys, *, native: bool = False) -> None:
        """:param native: let the compiled part do what it can; it must be there."""
        self._outbound = _session(keys.profile, keys.send, Policy.SSRC_ANY_OUTBOUND)
        self._inbound = _session(keys.profile, keys.receive, Policy.SSRC_ANY_INBOUND)
        self._cipher: AESGCM | None = None
        self._native = None
        self.opener: Opener
        if keys.profile is not SrtpProfile.AES_128_GCM:
            self.opener = CmOpener(_session(keys.profile, keys.receive, Policy.SSRC_ANY_INBOUND))
            return
        inward, outward = _session_keys(keys.receive), _session_keys(keys.send)
        self._cipher, self._salt = AESGCM(outward[0]), int.from_bytes(outward[1], "big")
        if native:
            self._native = new_gcm(inward, outward)
            self.opener = NativeOpener(self._native)
        else:
            self.opener = GcmOpener(AESGCM(inward[0]), int.from_bytes(inward[1], "big"))

    def sealer(self, ssrc: int) -> Sealer:
        """For one outgoing SSRC. Two sealers for the same SSRC would use a counter twice: never ask again."""
        if self._cipher is None:
            return CmSealer(self._outbound)
        sealer = GcmSealer(self._cipher, self._salt, ssrc)
        return sealer if self._native is None else NativeSealer(self._native, sealer)

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


def _session_keys(key_and_salt: bytes) -> tuple[bytes, bytes]:
    """Session key and salt for RTP, derived from the master's (RFC 3711 §4.3, RFC 7714 §11)."""
    master, salt = key_and_salt[:KEY_LENGTH], key_and_salt[KEY_LENGTH:]
    salt_length = len(salt)
    base = int.from_bytes(salt.ljust(14, b"\0"), "big")

    def derive(label: int, length: int) -> bytes:
        counter = ((base ^ label << 48) << 16).to_bytes(16, "big")
        encryptor = Cipher(algorithms.AES(master), modes.CTR(counter)).encryptor()
        return encryptor.update(bytes(length)) + encryptor.finalize()

    return derive(_KEY_LABEL, KEY_LENGTH), derive(_SALT_LABEL, salt_length)


def _session(profile: SrtpProfile, key_and_salt: bytes, ssrc_type: int) -> Session:
    policy = Policy(key=key_and_salt, ssrc_type=ssrc_type, srtp_profile=_LIBSRTP_PROFILES[profile])
    policy.window_size = WINDOW
    policy.allow_repeat_tx = True
    return Session(policy)
