"""Reads a browser's SDP. Everything in it is hostile until proved otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiortc.sdp import grouplines, parameters_from_sdp, parse_attr

from palabre.media.transport.dtls import Fingerprint

LONGEST = 256 * 1024
MOST_SECTIONS = 256
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
FINGERPRINT_ALGORITHMS = ("sha-256", "sha-384", "sha-512")

_TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^-~]{1,64}")
_MEDIA = re.compile(r"m=(audio|video|application|text|message|image) (\d{1,5})(?:/\d+)? (\S+) (.+)")
_ICE = re.compile(r"[A-Za-z0-9+/]+")


class BadSdp(ValueError):
    """The SDP is malformed or asks for what no browser asks; the message says what."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of a section."""

    payload_type: int
    name: str
    clock_rate: int
    parameters: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """One m= section."""

    kind: str
    port: int
    protocol: str
    formats: str
    mid: str
    direction: str
    codecs: tuple[Codec, ...]
    #: Header extension id by URI.
    extensions: Mapping[str, int]
    ssrcs: tuple[int, ...]
    #: Repair SSRC by media SSRC (FID groups, RFC 5576).
    repairs: Mapping[int, int]
    reduced_size: bool
    #: Port 0 means "only together with the others" here (RFC 9143 §6); Firefox offers so.
    bundle_only: bool

    @property
    def stopped(self) -> bool:
        """Whether the section is rejected or its transceiver was stopped."""
        return self.port == 0 and not self.bundle_only


@dataclass(frozen=True, slots=True)
class Description:
    """A whole offer or answer; all sections share one transport (BUNDLE, RFC 9143)."""

    sections: tuple[Section, ...]
    ufrag: str
    pwd: str
    fingerprints: tuple[Fingerprint, ...]
    setup: str

    def section(self, mid: str) -> Section | None:
        """The section with this mid."""
        return next((section for section in self.sections if section.mid == mid), None)


def read(text: str) -> Description:
    """Read an offer or an answer.

    :raises BadSdp: for everything that is not the SDP of a browser with BUNDLE and DTLS-SRTP.
    """
    if len(text) > LONGEST:
        raise BadSdp("the SDP is too long")
    if not text.startswith("v=0"):
        raise BadSdp("the SDP does not begin with v=0")
    session_lines, groups = grouplines(text)
    if not groups or len(groups) > MOST_SECTIONS:
        raise BadSdp("the SDP has no media sections, or too many")
    try:
        sections = tuple(_section(lines) for lines in groups)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise BadSdp(f"the SDP cannot be read: {error}") from error
    if len({section.mid for section in sections}) != len(sections):
        raise BadSdp("two sections have the same mid")
    live = [lines for lines, section in zip(groups, sections, strict=True) if not section.stopped]
    return Description(sections, *_transport([session_lines, *(live or groups)]))


def _section(lines: list[str]) -> Section:
    head = _MEDIA.fullmatch(lines[0].strip())
    if head is None:
        raise BadSdp(f"not a media section: {lines[0][:60]!r}")
    attributes = _attributes(lines)
    mid = attributes.get("mid", [""])[0]
    if not _TOKEN.fullmatch(mid):
        raise BadSdp("a section has no usable mid")
    formats = head[4].split()
    codecs = _codecs(attributes, formats) if head[1] in ("audio", "video") else ()
    return Section(
        kind=head[1],
        port=int(head[2]),
        protocol=head[3],
        formats=head[4],
        mid=mid,
        direction=next((name for name in DIRECTIONS if name in attributes), "sendrecv"),
        codecs=codecs,
        extensions=_extensions(attributes),
        ssrcs=tuple(dict.fromkeys(_ssrc(value.split(" ", 1)[0]) for value in attributes.get("ssrc", []))),
        repairs=_repairs(attributes),
        reduced_size="rtcp-rsize" in attributes,
        bundle_only="bundle-only" in attributes,
    )


def _attributes(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("a="):
            name, value = parse_attr(line.strip())
            found.setdefault(name, []).append(value or "")
    return found


def _codecs(attributes: dict[str, list[str]], formats: list[str]) -> tuple[Codec, ...]:
    maps: dict[int, tuple[str, int]] = {}
    for value in attributes.get("rtpmap", []):
        number, description = value.split(" ", 1)
        name, rate, *_ = description.strip().split("/")
        maps[_payload_type(number)] = (name.lower(), int(rate))
    parameters: dict[int, dict[str, str | int | None]] = {}
    for value in attributes.get("fmtp", []):
        number, _, text = value.partition(" ")
        parameters[_payload_type(number)] = {
            name.strip(): item for name, item in parameters_from_sdp(text.replace("; ", ";")).items()
        }
    return tuple(
        Codec(number, *maps[number], parameters.get(number, {}))
        for number in dict.fromkeys(_payload_type(text) for text in formats)
        if number in maps
    )


def _payload_type(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 127:
        raise BadSdp(f"{number} is no payload type")
    return number


def _extensions(attributes: dict[str, list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in attributes.get("extmap", []):
        number, uri, *_ = value.split()
        identifier = int(number.split("/")[0])
        if 1 <= identifier <= 255 and identifier != 15:
            found.setdefault(uri, identifier)
    return found


def _ssrc(text: str) -> int:
    number = int(text)
    if not 0 < number < 1 << 32:
        raise BadSdp(f"{number} is no SSRC")
    return number


def _repairs(attributes: dict[str, list[str]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for value in attributes.get("ssrc-group", []):
        semantics, *numbers = value.split()
        if semantics == "FID" and len(numbers) == 2:
            found[_ssrc(numbers[0])] = _ssrc(numbers[1])
    return found


def _transport(parts: list[list[str]]) -> tuple[str, str, tuple[Fingerprint, ...], str]:
    """ICE and DTLS parameters, from the first place that has each."""
    merged: dict[str, list[str]] = {}
    for lines in parts:
        for name, values in _attributes(lines).items():
            merged.setdefault(name, values)
    ufrag, pwd = merged.get("ice-ufrag", [""])[0], merged.get("ice-pwd", [""])[0]
    if not (4 <= len(ufrag) <= 256 and _ICE.fullmatch(ufrag)):
        raise BadSdp("the SDP has no usable a=ice-ufrag")
    if not (22 <= len(pwd) <= 256 and _ICE.fullmatch(pwd)):
        raise BadSdp("the SDP has no usable a=ice-pwd")
    fingerprints = []
    for value in merged.get("fingerprint", []):
        algorithm, _, digest = value.strip().partition(" ")
        if algorithm.lower() in FINGERPRINT_ALGORITHMS:
            fingerprints.append(Fingerprint(algorithm.lower(), digest.strip().upper()))
    if not fingerprints:
        raise BadSdp("the SDP has no a=fingerprint of a known algorithm")
    return ufrag, pwd, tuple(fingerprints), merged.get("setup", [""])[0]
