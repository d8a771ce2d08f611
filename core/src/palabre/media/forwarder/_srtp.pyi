from typing import final

from palabre.media.forwarder.segments import Part

# Both directions of one peer: keys and salts for RTP.
@final
class Gcm:
    def __new__(
        cls, receive_key: bytes, receive_salt: bytes, send_key: bytes, send_salt: bytes, /
    ) -> Gcm: ...

    # The payload behind a header of that many bytes, or None when the packet is not authentic.
    def open(self, packet: bytes, header: int, ssrc: int, index: int, /) -> bytes | None: ...

    # Seals the parts that are not too late and sends them: packets, bytes, packets that the kernel did not take.
    # OSError when it refuses the run: nothing was sent.
    def send(
        self,
        socket: int,
        address: bytes,
        parts: tuple[Part, ...],
        extensions: bytes,
        ssrc: int,
        payload_type: int,
        offset: int,
        began: int,
        shift: int,
        segmentation: bool,
        /,
    ) -> tuple[int, int, int]: ...
