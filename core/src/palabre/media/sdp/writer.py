"""Writes our SDP: answers to publishers, offers to subscribers. Always BUNDLE, rtcp-mux and ICE-lite."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from palabre.media.forwarder import Destination
from palabre.media.forwarder.fanout import LEVEL_EXTENSION, SEND_TIME_EXTENSION
from palabre.media.sdp import codecs
from palabre.media.sdp.reader import Codec, Description, Section
from palabre.media.transport.addresses import Candidate
from palabre.media.transport.dtls import Fingerprint
from palabre.media.transport.stun import IceCredentials

_PROTOCOL = "UDP/TLS/RTP/SAVPF"
_HOST_PREFERENCE = 126 << 24


@dataclass(frozen=True, slots=True)
class Local:
    """Our end of a connection."""

    credentials: IceCredentials
    fingerprint: Fingerprint
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Sending:
    """A track in a section of an offer."""

    destination: Destination
    #: The browser's stream id: the participant.
    stream: str
    track: str
    source: str


@dataclass(frozen=True, slots=True)
class OfferSection:
    """A section of an offer; nothing to send makes it inactive."""

    mid: str
    kind: str
    sending: Sending | None


def offer(local: Local, session: int, revision: int, sections: Sequence[OfferSection]) -> str:
    """The offer to a subscriber.

    :param session: the same in every offer of a connection; ``revision`` grows.
    """
    lines = _session(local, session, revision, [section.mid for section in sections])
    for position, section in enumerate(sections):
        lines += _offered(section, local, tagged=position == 0)
    return _text(lines)


def answer(
    local: Local, session: int, revision: int, offered: Description, accepted: Mapping[str, str]
) -> str:
    """The answer to a publisher.

    :param accepted: source by the mids that are received; other audio and video sections become inactive,
        what we do not speak is rejected and leaves the bundle.
    """
    bundled = [section.mid for section in offered.sections if _answerable(section)]
    lines = _session(local, session, revision, bundled)
    for section in offered.sections:
        if section.mid not in bundled:
            lines += [f"m={section.kind} 0 {section.protocol} {section.formats}", "c=IN IP4 0.0.0.0"]
            lines += [f"a=mid:{section.mid}", "a=inactive"]
        else:
            lines += _answered(section, local, accepted.get(section.mid), tagged=section.mid == bundled[0])
    return _text(lines)


def _session(local: Local, session: int, revision: int, mids: Sequence[str]) -> list[str]:
    return [
        "v=0",
        f"o=- {session} {revision} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        *([f"a=group:BUNDLE {' '.join(mids)}"] if mids else []),
        "a=msid-semantic:WMS *",
    ]


def _offered(section: OfferSection, local: Local, *, tagged: bool) -> list[str]:
    formats = str(codecs.OPUS) if section.kind == "audio" else f"{codecs.VP8} {codecs.VP8_RTX}"
    lines = [f"m={section.kind} 9 {_PROTOCOL} {formats}", "c=IN IP4 0.0.0.0"]
    lines += _transport(section.mid, local, "actpass", tagged=tagged)
    lines.append("a=sendonly" if section.sending is not None else "a=inactive")
    if section.kind == "audio":
        lines += _opus(
            codecs.OPUS,
            codecs.opus_parameters(section.sending.source if section.sending is not None else None),
        )
        lines.append(f"a=extmap:{LEVEL_EXTENSION} {codecs.AUDIO_LEVEL}")
    else:
        lines += _vp8(codecs.VP8, codecs.VP8_RTX)
        lines.append(f"a=extmap:{SEND_TIME_EXTENSION} {codecs.SEND_TIME}")
    if section.sending is not None:
        lines += _senders(section.sending)
    return lines


def _senders(sending: Sending) -> Iterator[str]:
    destination = sending.destination
    yield f"a=msid:{sending.stream} {sending.track}"
    ssrcs = [destination.ssrc]
    if destination.rtx_ssrc is not None:
        ssrcs.append(destination.rtx_ssrc)
        yield f"a=ssrc-group:FID {destination.ssrc} {destination.rtx_ssrc}"
    for ssrc in ssrcs:
        yield f"a=ssrc:{ssrc} cname:{sending.stream}"
        yield f"a=ssrc:{ssrc} msid:{sending.stream} {sending.track}"


def _answered(section: Section, local: Local, source: str | None, *, tagged: bool) -> list[str]:
    main, repair = _chosen(section)
    formats = " ".join(str(codec.payload_type) for codec in (main, repair) if codec is not None)
    lines = [f"m={section.kind} 9 {_PROTOCOL} {formats}", "c=IN IP4 0.0.0.0"]
    lines += _transport(section.mid, local, "passive", tagged=tagged)
    lines.append("a=recvonly" if source is not None else "a=inactive")
    if section.kind == "audio":
        lines += _opus(main.payload_type, codecs.opus_parameters(source))
        wanted = (codecs.MID, codecs.AUDIO_LEVEL)
    else:
        lines += _vp8(main.payload_type, repair.payload_type if repair is not None else None)
        wanted = (codecs.MID, codecs.SEND_TIME)
    lines += [f"a=extmap:{section.extensions[uri]} {uri}" for uri in wanted if uri in section.extensions]
    return lines


def _transport(mid: str, local: Local, setup: str, *, tagged: bool) -> list[str]:
    lines = [
        f"a=mid:{mid}",
        f"a=ice-ufrag:{local.credentials.ufrag}",
        f"a=ice-pwd:{local.credentials.pwd}",
        f"a=fingerprint:{local.fingerprint.algorithm} {local.fingerprint.value}",
        f"a=setup:{setup}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    if tagged:  # the others of the bundle would repeat the same (RFC 9143 §7.1.3)
        lines += [_candidate(position, item) for position, item in enumerate(local.candidates)]
        lines.append("a=end-of-candidates")
    return lines


def _candidate(position: int, candidate: Candidate) -> str:
    priority = _HOST_PREFERENCE | (65_535 - position) << 8 | 255
    host = ipaddress.ip_address(candidate.host)
    return f"a=candidate:{position + 1} 1 udp {priority} {host} {candidate.port} typ host"


def _opus(payload_type: int, parameters: str) -> list[str]:
    return [f"a=rtpmap:{payload_type} opus/48000/2", f"a=fmtp:{payload_type} {parameters}"]


def _vp8(payload_type: int, repair: int | None) -> list[str]:
    lines = [f"a=rtpmap:{payload_type} VP8/90000"]
    lines += [f"a=rtcp-fb:{payload_type} {feedback}" for feedback in codecs.VIDEO_FEEDBACK]
    if repair is not None:
        lines += [f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={payload_type}"]
    return lines


def _answerable(section: Section) -> bool:
    return not section.stopped and section.kind in ("audio", "video") and codecs.source(section) is not None


def _chosen(section: Section) -> tuple[Codec, Codec | None]:
    main = codecs.opus(section) if section.kind == "audio" else codecs.vp8(section)
    if main is None:
        raise ValueError("the section has no codec of ours")
    return main, codecs.rtx(section, main)


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
