"""The DTLS handshake that keys SRTP (RFC 5764): aiortc's transport, fed with DTLS datagrams only.

Private names of aiortc that are used here, each guarded by a test: ``_role`` through ``_set_role``,
``_srtp_profiles``, ``_setup_srtp``, ``_ssl``, ``_set_state``, and ``transport._recv`` and ``_send`` that
aiortc expects of us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    State,
)
from OpenSSL import SSL

from palabre.media.forwarder.interface import SrtpKeys, SrtpProfile

#: In the order of our preference: GCM is twice as cheap.
PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
#: Datagrams kept for the handshake; a browser sends its first flight before its SDP reached us.
INBOX = 16
_EXPORTER = b"EXTRACTOR-dtls_srtp"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hash of a certificate, as the SDP has it."""

    algorithm: str
    value: str


def fingerprint(certificate: RTCCertificate) -> Fingerprint:
    """The SHA-256 one."""
    found = next(item for item in certificate.getFingerprints() if item.algorithm == "sha-256")
    return Fingerprint(found.algorithm, found.value)


class Pipe:
    """What aiortc takes for an ICE transport: datagrams in, datagrams out."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._deliver = send
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue(INBOX)
        self._closed = False

    def feed(self, data: bytes) -> None:
        """Hand over a datagram that arrived; more than ``INBOX`` at once are dropped, DTLS repeats them."""
        if not self._closed and not self._inbox.full():
            self._inbox.put_nowait(data)

    def close(self) -> None:
        """Let the reader see the end."""
        self._closed = True
        if self._inbox.full():
            self._inbox.get_nowait()
        self._inbox.put_nowait(None)

    async def _recv(self) -> bytes:
        data = await self._inbox.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._deliver(data)


class DtlsSession(RTCDtlsTransport):
    """The passive side. ``keys`` are there once ``state`` is ``connected``."""

    def __init__(self, certificate: RTCCertificate, send: Callable[[bytes], None]) -> None:
        self.pipe = Pipe(send)
        super().__init__(self.pipe, [certificate])  # type: ignore[arg-type] # Pipe is all that it uses
        self._srtp_profiles = PROFILES
        self._set_role("server")
        self.keys: SrtpKeys | None = None

    async def shake_hands(self, fingerprints: Sequence[Fingerprint]) -> SrtpKeys | None:
        """The keys, or None when the handshake failed or the certificate is not the one promised."""
        promised = [RTCDtlsFingerprint(algorithm=item.algorithm, value=item.value) for item in fingerprints]
        try:
            await self.start(RTCDtlsParameters(fingerprints=promised, role="client"))
        except (SSL.Error, ConnectionError):  # too many time-outs, or closed meanwhile
            self._set_state(State.FAILED)
        return self.keys if self.state == "connected" else None

    async def close(self) -> None:
        """Say goodbye and stop."""
        await self.stop()
        self.pipe.close()

    def _setup_srtp(self) -> None:
        selected = self._ssl.get_selected_srtp_profile() if self._ssl is not None else b""
        profile = next((item for item in PROFILES if item.openssl_profile == selected), None)
        if profile is None or self._ssl is None:
            self._set_state(State.FAILED)
            return
        size = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(_EXPORTER, size)
        self.keys = SrtpKeys(
            profile=SrtpProfile(profile.openssl_profile.decode()),
            receive=profile.get_key_and_salt(material, 0),
            send=profile.get_key_and_salt(material, 1),
        )
