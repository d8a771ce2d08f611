"""The sending side of SRTP: from what everybody gets to what one subscriber gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Session

from palabre.media.forwarder.outlets import Target
from palabre.media.forwarder.rtp import HEADER, TIMESTAMPS, header_format
from palabre.media.forwarder.segments import Run


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

    def send_run(self, run: Run, view: View, target: Target) -> tuple[int, int]:
        """Protect and send a run, less what is too late: packets and bytes. This is the hottest loop of all."""


class GcmSealer:
    """The sending side of ``GcmOpener``; the key schedule is shared by the SSRC of a peer."""

    __slots__ = ("_base", "_encrypt")

    def __init__(self, cipher: AESGCM, salt: int, ssrc: int) -> None:
        self._encrypt = cipher.encrypt
        self._base = salt ^ (ssrc << 48)

    def seal(self, header: bytes, payload: bytes, index: int) -> bytes:
        return header + self._encrypt((self._base ^ index).to_bytes(12, "big"), payload, header)

    def send_run(self, run: Run, view: View, target: Target) -> tuple[int, int]:
        return target.send_run(self._seal_run(run, view))

    def _seal_run(self, run: Run, view: View) -> list[bytes]:
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

    def send_run(self, run: Run, view: View, target: Target) -> tuple[int, int]:
        sealed = []
        for first, sequence, timestamp, payload in run.parts:
            index = sequence - view.offset
            if index >= view.began:
                stamp = (timestamp + view.shift) & TIMESTAMPS
                header = HEADER.pack(first | view.payload_type, index & 0xFFFF, stamp, view.ssrc)
                sealed.append(self._protect(header + run.extensions + payload))
        return target.send_run(sealed)
