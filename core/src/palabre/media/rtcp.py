"""RTCP: read what peers report, write what we report. Built on aiortc's packet classes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

_CNAME = 1
#: Most report blocks that a report can count.
MOST_BLOCKS = 31


def read(data: bytes) -> list[AnyRtcpPacket]:
    """The packets of a compound; an authentic peer's nonsense reads as nothing."""
    try:
        return RtcpPacket.parse(data)
    except (ValueError, IndexError, struct.error):
        return []


def asks_key_frame(packet: AnyRtcpPacket) -> tuple[int, ...]:
    """The SSRC for which a packet asks a key frame, by PLI (RFC 4585) or FIR (RFC 5104)."""
    if not isinstance(packet, RtcpPsfbPacket):
        return ()
    if packet.fmt == RTCP_PSFB_PLI:
        return (packet.media_ssrc,)
    if packet.fmt == RTCP_PSFB_FIR:
        entries = range(0, len(packet.fci) - 7, 8)
        return tuple(int.from_bytes(packet.fci[at : at + 4], "big") for at in entries)
    return ()


def lost(packet: AnyRtcpPacket) -> tuple[int, list[int]] | None:
    """SSRC and sequence numbers of a generic NACK."""
    if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
        return packet.media_ssrc, packet.lost
    return None


def bitrate_limit(packet: AnyRtcpPacket) -> int | None:
    """Bits per second of a REMB."""
    if not isinstance(packet, RtcpPsfbPacket) or packet.fmt != RTCP_PSFB_APP:
        return None
    try:
        return unpack_remb_fci(packet.fci)[0]
    except (ValueError, struct.error):
        return None


def receiver_report(sender: int, blocks: Sequence[RtcpReceiverInfo] = ()) -> bytes:
    """The packet that must begin a compound of somebody who sends no media."""
    return bytes(RtcpRrPacket(ssrc=sender, reports=list(blocks[:MOST_BLOCKS])))


def key_frame_request(sender: int, media: int) -> bytes:
    """A compound with a PLI."""
    return receiver_report(sender) + bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=sender, media_ssrc=media))


def repair_request(sender: int, media: int, sequence_numbers: Sequence[int]) -> bytes:
    """A compound with a generic NACK; the numbers go oldest first."""
    wanted = [number & 0xFFFF for number in sequence_numbers]
    nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=sender, media_ssrc=media, lost=wanted)
    return receiver_report(sender) + bytes(nack)


def bitrate_request(sender: int, bitrate_bps: int, ssrcs: Sequence[int]) -> bytes:
    """A REMB; goes into a compound."""
    fci = pack_remb_fci(bitrate_bps, list(ssrcs))
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=sender, media_ssrc=0, fci=fci))


def sender_report(ssrc: int, sender: RtcpSenderInfo, cname: str) -> bytes:
    """A compound for one route: when and how much, and who."""
    who = RtcpSourceInfo(ssrc=ssrc, items=[(_CNAME, cname.encode()[:255])])
    return bytes(RtcpSrPacket(ssrc=ssrc, sender_info=sender)) + bytes(RtcpSdesPacket(chunks=[who]))


def middle(ntp_timestamp: int) -> int:
    """The 32 bits of an NTP time that reports echo (RFC 3550 §6.4.1)."""
    return ntp_timestamp >> 16 & 0xFFFF_FFFF
