"""Which stream a packet belongs to, and whether it is authentic and new."""

from __future__ import annotations

from typing import NamedTuple

from palabre.media.forwarder import rtp
from palabre.media.forwarder.reception import ReplayWindow
from palabre.media.forwarder.srtp import Protection
from palabre.media.forwarder.streams import Inbound, Peer


class UnknownSource(Exception):
    """No stream of the peer has this SSRC or MID."""


class Arrival(NamedTuple):
    """An RTP packet that is the peer's own, decrypted, without padding."""

    inbound: Inbound
    sequence: int
    payload: bytes


def authenticate(peer: Peer, protection: Protection, data: bytes) -> Arrival | None:
    """The packet, or None when it was received before.

    :raises UnknownSource: when nothing is known of its source.
    :raises NotAuthentic: when the tag is wrong.
    :raises ValueError: when the header is malformed.
    """
    ssrc = int.from_bytes(data[8:12], "big")
    inbound = peer.inbound.get(ssrc) or _introduce(peer, data, ssrc)
    window = inbound.window
    index = window.index(data[2] << 8 | data[3])
    if not window.is_new(index):
        inbound.stream.duplicated += 1
        return None
    header = rtp.header_length(data)
    payload = rtp.without_padding(data[0], protection.opener.open(data, header, ssrc, index))
    window.add(index)
    if ssrc not in peer.inbound:  # believed only now that the packet proved to be the peer's
        _replace_ssrc(peer, ssrc, inbound)
    peer.packets_received += 1
    peer.bytes_received += len(data)
    inbound.stream.bytes_received += len(data)
    return Arrival(inbound, index, payload)


def _introduce(peer: Peer, data: bytes, ssrc: int) -> Inbound:
    """Which stream an unknown SSRC belongs to, by the MID it carries and its payload type."""
    payload_type = data[1] & 0x7F
    for stream in peer.streams.values():
        source = stream.source
        if source.mid_extension is None or payload_type not in (source.payload_type, source.rtx_payload_type):
            continue
        if rtp.extension(data, source.mid_extension) == source.mid.encode():
            window = peer.windows.get(ssrc) or ReplayWindow()
            return Inbound(stream, payload_type == source.rtx_payload_type, window)
    raise UnknownSource


def _replace_ssrc(peer: Peer, ssrc: int, inbound: Inbound) -> None:
    """The stream has one SSRC for media and one for repairs; a new one takes the old one's place."""
    stream = inbound.stream
    for old, other in list(peer.inbound.items()):
        if other.stream is stream and other.repairs == inbound.repairs:
            del peer.inbound[old]
    peer.expect(ssrc, stream, repairs=inbound.repairs, window=inbound.window)
    if inbound.repairs:
        return
    if stream.ssrc is not None:  # the publisher began anew: sequence numbers and timestamps jump
        for route in stream.routes:
            route.follow(stream)
        stream.begin_anew()
    stream.ssrc = ssrc
    stream.keyed_by_mid = True
