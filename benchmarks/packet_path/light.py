# ruff: noqa: SLF001 - aiortc's DTLS transport is driven by hand, through its private names
"""Light WebRTC ends: a true ICE and DTLS-SRTP handshake, then packets that are sent ready-made or only counted."""

from __future__ import annotations

import asyncio
import os
import socket
import time

from aioice import stun
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)

from palabre.media.sdp import reader

PROFILES = {"gcm": SRTP_AEAD_AES_128_GCM, "cm": SRTP_AES128_CM_SHA1_80}
CERTIFICATE = RTCCertificate.generateCertificate()
FINGERPRINT = next(item.value for item in CERTIFICATE.getFingerprints() if item.algorithm == "sha-256")
PWD = "0123456789abcdef01234567"
#: How often browsers check that the other side still wants packets.
CHECK_EACH_S = 5


class LightEnd:
    """One PeerConnection on one socket. ``role`` and ``state`` are what aiortc's DTLS asks for."""

    role = "controlling"
    state = "completed"

    def __init__(self, profile: str) -> None:
        self.ufrag = f"u{os.urandom(6).hex()}"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self.socket.setblocking(False)
        self.dtls = RTCDtlsTransport(self, [CERTIFICATE])  # type: ignore[arg-type] # all that it uses
        self.dtls._srtp_profiles = [PROFILES[profile]]
        self.dtls._set_role("client")
        self.received = 0
        self.bytes = 0
        self._checked_at = 0.0
        self._remote = ("", "")

    async def connect(self, sdp: str) -> None:
        """Check, nominate and shake hands with the engine that wrote the SDP."""
        remote = reader.read(sdp)
        port = next(
            line.split()[5] for line in sdp.splitlines() if "127.0.0.1" in line and "candidate" in line
        )
        self.socket.connect(("127.0.0.1", int(port)))
        self._remote = (remote.ufrag, remote.pwd)
        self.check()
        await self._recv()  # the answer to the check
        promised = [RTCDtlsFingerprint(item.algorithm, item.value) for item in remote.fingerprints]
        await self.dtls.start(RTCDtlsParameters(promised, "server"))
        if self.dtls.state != "connected":
            raise RuntimeError("the handshake failed")
        if self.dtls._task is not None:
            self.dtls._task.cancel()  # from here on nobody reads but us

    def check(self) -> None:
        """Repeat the connectivity check when it is time."""
        if time.monotonic() - self._checked_at < CHECK_EACH_S:
            return
        self._checked_at = time.monotonic()
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self._remote[0]}:{self.ufrag}"
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self._remote[1].encode())
        self.socket.send(bytes(message))

    def drain(self) -> None:
        """Count the media packets that wait; nothing is decrypted."""
        receive = self.socket.recv
        while True:
            try:
                data = receive(2048)
            except BlockingIOError:
                return
            if 127 < data[0] < 192 and not 191 < data[1] < 224:
                self.received += 1
                self.bytes += len(data)

    def protect(self, packet: bytes) -> bytes:
        """The packet as SRTP."""
        protected: bytes = self.dtls._tx_srtp.protect(packet)
        return protected

    def transport_lines(self, setup: str) -> str:
        """Our side of ICE and DTLS, for SDP."""
        return (
            f"c=IN IP4 0.0.0.0\r\na=ice-ufrag:{self.ufrag}\r\na=ice-pwd:{PWD}\r\n"
            f"a=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:{setup}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
        )

    def answer(self, offer: str) -> str:
        """Agree to everything that is offered."""
        sections = [
            f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {section.formats}\r\n{self.transport_lines('active')}"
            f"a=mid:{section.mid}\r\na={'recvonly' if section.direction == 'sendonly' else 'inactive'}\r\n"
            for section in reader.read(offer).sections
        ]
        return _session("".join(sections))

    def offer(self, audio_ssrc: int, video_ssrc: int) -> str:
        """A microphone and a camera."""
        lines = self.transport_lines("actpass")
        return _session(
            f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n{lines}a=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\n"
            "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
            f"a=ssrc:{audio_ssrc} cname:light\r\n"
            f"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n{lines}a=mid:1\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"
            "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
            f"a=ssrc-group:FID {video_ssrc} {video_ssrc + 1}\r\na=ssrc:{video_ssrc} cname:light\r\n"
            f"a=ssrc:{video_ssrc + 1} cname:light\r\n"
        )

    async def _recv(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.socket, 2048)

    async def _send(self, data: bytes) -> None:
        self.socket.send(data)


def _session(sections: str) -> str:
    return f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{sections}"
