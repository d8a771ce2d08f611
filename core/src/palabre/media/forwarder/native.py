"""The compiled part of the packet path, where it was built: opens a packet, seals and sends a run.

It needs a C compiler and OpenSSL's headers when Palabre is installed, and OpenSSL when it runs. Without it
everything works in Python, and costs more.
"""

from __future__ import annotations

from importlib.util import find_spec

from palabre.media.forwarder.openers import NotAuthentic
from palabre.media.forwarder.outlets import Target
from palabre.media.forwarder.sealers import GcmSealer, View
from palabre.media.forwarder.segments import Run

#: What Debian and Ubuntu need to build it.
DEBIAN_PACKAGES = "gcc libc6-dev libssl-dev python3-dev"

#: Why the compiled part is not there; None when it is.
missing: str | None = None

try:
    from palabre.media.forwarder import _srtp

    _srtp.Gcm(bytes(16), bytes(12), bytes(16), bytes(12))
except (ImportError, RuntimeError) as error:  # also: no OpenSSL of its kind, or one without AES-GCM
    built = find_spec("palabre.media.forwarder._srtp") is not None
    missing = str(error) if built else "it was not built"


def is_available() -> bool:
    """Whether the compiled part was built and can be loaded."""
    return missing is None


def use_native(asked: bool | None) -> bool:
    """Whether to use it: True insists, None finds out.

    :raises ValueError: when it is insisted on and not there.
    """
    if asked and not is_available():
        raise ValueError(f"the compiled part of the packet path is not there: {missing}")
    return is_available() if asked is None else asked


def new_gcm(inward: tuple[bytes, bytes], outward: tuple[bytes, bytes]) -> _srtp.Gcm:
    """For one peer, from session key and salt of each direction; only where it ``is_available``."""
    return _srtp.Gcm(*inward, *outward)


class NativeOpener:
    """``GcmOpener`` in C."""

    def __init__(self, gcm: _srtp.Gcm) -> None:
        self._open = gcm.open

    def open(self, packet: bytes, header: int, ssrc: int, index: int) -> bytes:
        payload = self._open(packet, header, ssrc, index)
        if payload is None:
            raise NotAuthentic
        return payload


class NativeSealer:
    """``GcmSealer`` in C. What is rare or went wrong is left to the one in Python: it sends the very same bytes."""

    __slots__ = ("_python", "_send", "seal")

    def __init__(self, gcm: _srtp.Gcm, python: GcmSealer) -> None:
        self._send = gcm.send
        self._python = python
        self.seal = python.seal

    def send_run(self, run: Run, view: View, target: Target) -> tuple[int, int]:
        outlet, packed = target.outlet, target.packed
        if packed is None:
            return self._python.send_run(run, view, target)
        segmentation = outlet.segmentation
        try:
            count, size, lost = self._send(
                outlet.socket.fileno(),
                packed,
                run.parts,
                run.extensions,
                view.ssrc,
                view.payload_type,
                view.offset,
                view.began,
                view.shift,
                segmentation,
            )
        except OSError:  # nothing was sent: the path or the card refuses runs
            return self._python.send_run(run, view, target)
        outlet.sends += 1 if segmentation and count else count
        outlet.unsent += lost
        return count, size
