"""The codecs and header extensions we negotiate: VP8 and Opus, which every browser has."""

from __future__ import annotations

from palabre.media.forwarder import Source
from palabre.media.sdp.reader import Codec, Section

#: Payload types that every subscriber gets, whatever the publisher uses.
OPUS = 111
VP8 = 96
VP8_RTX = 97

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

#: In-band FEC repairs single losses; DTX sends next to nothing in silence (RFC 7587 §6.1).
SPEECH = "minptime=10;useinbandfec=1;usedtx=1"
#: Music and films suffer from DTX and want both channels.
SOUND = "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1"
VIDEO_FEEDBACK = ("goog-remb", "ccm fir", "nack", "nack pli")


def opus(section: Section) -> Codec | None:
    """The Opus payload type of an audio section."""
    return next(
        (codec for codec in section.codecs if codec.name == "opus" and codec.clock_rate == 48_000), None
    )


def vp8(section: Section) -> Codec | None:
    """The VP8 payload type of a video section."""
    return next((codec for codec in section.codecs if codec.name == "vp8"), None)


def opus_parameters(source: str | None) -> str:
    """Format parameters of an audio section that carries this source."""
    return SOUND if source == "screen_audio" else SPEECH


def rtx(section: Section, main: Codec) -> Codec | None:
    """The retransmission payload type that belongs to ``main`` (RFC 4588 §8.6)."""
    return next(
        (
            codec
            for codec in section.codecs
            if codec.name == "rtx" and codec.parameters.get("apt") == main.payload_type
        ),
        None,
    )


def source(section: Section) -> Source | None:
    """How to recognise the section's stream; None when it has no codec of ours."""
    main = opus(section) if section.kind == "audio" else vp8(section)
    if main is None:
        return None
    repair = rtx(section, main) if section.kind == "video" else None
    repaired = [ssrc for ssrc in section.ssrcs if ssrc in section.repairs]
    repairing = set(section.repairs.values())
    media = next(iter(repaired or [ssrc for ssrc in section.ssrcs if ssrc not in repairing]), None)
    return Source(
        kind=section.kind,
        mid=section.mid,
        payload_type=main.payload_type,
        rtx_payload_type=repair.payload_type if repair is not None else None,
        ssrc=media,
        rtx_ssrc=section.repairs.get(media) if media is not None and repair is not None else None,
        mid_extension=section.extensions.get(MID),
        level_extension=section.extensions.get(AUDIO_LEVEL) if section.kind == "audio" else None,
    )
