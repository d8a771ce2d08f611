"""Browsers' SDP is read, ours is written by the book."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from palabre.media.forwarder import Destination
from palabre.media.sdp import codecs, reader, writer
from palabre.media.sdp.reader import BadSdp
from palabre.media.transport.addresses import Candidate
from palabre.media.transport.dtls import Fingerprint
from palabre.media.transport.stun import IceCredentials

DIGEST = ":".join(["AB"] * 32)
SESSION = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
TRANSPORT = (
    "c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
    f"a=fingerprint:sha-256 {DIGEST}\r\na=setup:actpass\r\na=rtcp-mux\r\n"
)
CHROMIUM = (
    SESSION
    + "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n"
    + TRANSPORT
    + "a=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendonly\r\na=rtcp-rsize\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
    "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=ssrc:100 cname:x\r\na=ssrc:100 msid:a b\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 45 46 96 97 98\r\n"
    + TRANSPORT
    + "a=mid:1\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendrecv\r\n"
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
    "a=rtpmap:45 AV1/90000\r\na=rtpmap:46 rtx/90000\r\na=fmtp:46 apt=45\r\n"
    "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    "a=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\n"
    "a=ssrc-group:FID 200 201\r\na=ssrc:200 cname:x\r\na=ssrc:201 cname:x\r\n"
)
FIREFOX = (
    "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    f"a=fingerprint:sha-256 {DIGEST}\r\na=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n"
    "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=fmtp:124 apt=120\r\na=fmtp:125 apt=121\r\n"
    "a=fmtp:120 max-fs=12288;max-fr=60\r\na=ice-pwd:0123456789012345678901\r\na=ice-ufrag:abcd1234\r\n"
    "a=mid:0\r\na=msid:{a} {b}\r\na=rtcp-fb:120 nack\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
    "a=rtpmap:120 VP8/90000\r\na=rtpmap:124 rtx/90000\r\na=rtpmap:121 VP9/90000\r\na=rtpmap:125 rtx/90000\r\n"
    "a=setup:actpass\r\na=ssrc:300 cname:{c}\r\na=ssrc:301 cname:{c}\r\na=ssrc-group:FID 300 301\r\n"
)
LOCAL = writer.Local(
    IceCredentials("ufrag1234567", "p" * 24),
    Fingerprint("sha-256", DIGEST),
    [Candidate("192.0.2.7", 40_000), Candidate("2001:db8::7", 40_000)],
)


def test_the_source_of_a_chromium_section_is_found():
    audio, video = (codecs.source(section) for section in reader.read(CHROMIUM).sections)
    assert (audio.payload_type, audio.ssrc, audio.level_extension, audio.mid_extension) == (111, 100, 1, 4)
    assert (video.payload_type, video.rtx_payload_type, video.ssrc, video.rtx_ssrc) == (96, 97, 200, 201)


def test_the_source_of_a_firefox_section_is_found():
    description = reader.read(FIREFOX)
    [video] = (codecs.source(section) for section in description.sections)
    assert (video.payload_type, video.rtx_payload_type, video.ssrc, video.rtx_ssrc) == (120, 124, 300, 301)
    assert description.fingerprints == (Fingerprint("sha-256", DIGEST),)


def test_a_bundle_only_section_is_answered_though_its_port_is_zero():
    text = CHROMIUM.replace("m=video 9", "m=video 0").replace("a=mid:1\r\n", "a=mid:1\r\na=bundle-only\r\n")
    answer = reader.read(writer.answer(LOCAL, 1, 1, reader.read(text), {"0": "microphone", "1": "camera"}))
    assert [section.stopped for section in answer.sections] == [False, False]


def test_a_section_with_port_zero_is_stopped():
    text = CHROMIUM.replace("m=video 9", "m=video 0")
    answer = reader.read(writer.answer(LOCAL, 1, 1, reader.read(text), {"0": "microphone", "1": "camera"}))
    assert [section.stopped for section in answer.sections] == [False, True]


def test_a_section_without_ssrc_is_recognised_by_mid():
    text = "".join(
        line for line in CHROMIUM.splitlines(True) if "ssrc:" not in line and "ssrc-group" not in line
    )
    [_, video] = (codecs.source(section) for section in reader.read(text).sections)
    assert video.ssrc is None
    assert video.mid_extension == 4


def test_the_answer_receives_what_is_wanted_and_keeps_the_browser_s_numbers():
    text = writer.answer(LOCAL, 1, 1, reader.read(FIREFOX), {"0": "camera"})
    [video] = SessionDescription.parse(text).media
    assert video.direction == "recvonly"
    assert video.fmt == [120, 124]
    assert [str(feedback.parameter) for feedback in video.rtp.codecs[0].rtcpFeedback] == [
        "None",
        "fir",
        "None",
        "pli",
    ]
    assert {extension.id for extension in video.rtp.headerExtensions} == {3}
    assert video.dtls.role == "server"
    assert "a=ice-lite" in text


def test_sections_that_are_not_wanted_become_inactive():
    text = writer.answer(LOCAL, 1, 1, reader.read(CHROMIUM), {"0": "microphone"})
    audio, video = SessionDescription.parse(text).media
    assert (audio.direction, video.direction) == ("recvonly", "inactive")
    assert "useinbandfec=1;usedtx=1" in text


def test_a_screen_s_sound_is_stereo_without_dtx():
    text = writer.answer(LOCAL, 1, 1, reader.read(CHROMIUM), {"0": "screen_audio"})
    assert "stereo=1" in text
    assert "usedtx" not in text


def test_a_stopped_or_unknown_section_is_rejected_and_leaves_the_bundle():
    stopped = CHROMIUM.replace("m=audio 9", "m=audio 0")
    data = stopped + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + TRANSPORT + "a=mid:2\r\n"
    text = writer.answer(LOCAL, 1, 1, reader.read(data), {"1": "camera"})
    assert "a=group:BUNDLE 1\r\n" in text
    assert "m=audio 0 " in text
    assert "m=application 0 " in text


def test_an_offer_names_participant_track_and_ssrc():
    sending = writer.Sending(Destination(10, 96, 11, 97), "lea", "t1", "camera")
    sections = [writer.OfferSection("0", "audio", None), writer.OfferSection("1", "video", sending)]
    text = writer.offer(LOCAL, 5, 3, sections)
    audio, video = SessionDescription.parse(text).media
    assert (audio.direction, video.direction) == ("inactive", "sendonly")
    assert (video.msid, [item.ssrc for item in video.ssrc]) == ("lea t1", [10, 11])
    assert video.rtp.codecs[1].parameters == {"apt": 96}
    assert text.count("a=candidate:") == 2
    assert "a=candidate:2 1 udp 2130706175 2001:db8::7 40000 typ host" in text
    assert text.startswith("v=0\r\no=- 5 3 IN IP4 127.0.0.1\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0\r\n",
        SESSION,
        CHROMIUM.replace("a=mid:0", "a=mid:1"),
        CHROMIUM.replace("a=mid:0\r\n", ""),
        CHROMIUM.replace("a=ice-ufrag:abcd\r\n", ""),
        CHROMIUM.replace("a=ice-pwd:0123456789012345678901", "a=ice-pwd:short"),
        CHROMIUM.replace("sha-256", "md5"),
        CHROMIUM.replace("m=audio 9", "m=audio nine"),
        CHROMIUM.replace("opus/48000/2", "opus"),
        CHROMIUM.replace("a=ssrc:100 ", "a=ssrc:99999999999 "),
        CHROMIUM.replace("a=rtpmap:111", "a=rtpmap:x"),
        CHROMIUM.replace("apt=96", "apt=ninety"),
        CHROMIUM + "x" * 300_000,
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n" * 1000,
    ],
)
def test_malformed_sdp_is_refused_with_a_reason(text):
    with pytest.raises(BadSdp, match=r"\w+"):
        reader.read(text)


@given(st.data())
def test_no_change_to_an_offer_breaks_the_reader(data):
    lines = CHROMIUM.splitlines(True)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "cut", "text"]))
        line = lines[position]
        if change == "drop" and len(lines) > 1:
            del lines[position]
        elif change == "double":
            lines.insert(position, line)
        elif change == "cut":
            lines[position] = line[: data.draw(st.integers(0, len(line)))]
        else:
            lines[position] = line[:2] + data.draw(st.text("a:=/ 019-\0\u00e9\n\r;", max_size=20)) + "\r\n"
    try:
        description = reader.read("".join(lines))
    except BadSdp:
        return
    for section in description.sections:
        codecs.source(section)
    writer.answer(LOCAL, 1, 1, description, {section.mid: "x" for section in description.sections})
