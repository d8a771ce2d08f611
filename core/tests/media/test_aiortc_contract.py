"""The names of aiortc and aioice that the engine relies on, private ones first.

When one of these fails after an update, look at ``transport/dtls.py`` before anything else.
"""

from __future__ import annotations

import asyncio
import inspect

from aioice import stun
from aiortc import rtcdtlstransport, rtp, sdp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport, State

from palabre.media.forwarder import SrtpProfile
from palabre.media.transport.dtls import PROFILES, DtlsSession, Fingerprint, Pipe, fingerprint


class Wire:
    """An aiortc transport whose other end is the engine's session."""

    role = "controlling"
    state = "completed"

    def __init__(self):
        self.inbox = asyncio.Queue()
        self.peer: DtlsSession | None = None

    async def _recv(self):
        return await self.inbox.get()

    async def _send(self, data):
        self.peer.pipe.feed(data)


def shake_hands(promised=None, profiles=None):
    async def scenario():
        wire = Wire()
        browser = RTCDtlsTransport(wire, [RTCCertificate.generateCertificate()])
        browser._set_role("client")
        if profiles is not None:
            browser._srtp_profiles = profiles
        certificate = RTCCertificate.generateCertificate()
        engine = DtlsSession(certificate, wire.inbox.put_nowait)
        wire.peer = engine
        hashes = browser.getLocalParameters().fingerprints
        expected = promised or [Fingerprint(item.algorithm, item.value) for item in hashes]
        ours = [rtcdtlstransport.RTCDtlsFingerprint(**vars_of(fingerprint(certificate)))]
        keys, _ = await asyncio.wait_for(
            asyncio.gather(engine.shake_hands(expected), browser.start(RTCDtlsParameters(ours, "server"))), 10
        )
        states = engine.state, browser.state
        await engine.close()
        await browser.stop()
        return keys, states

    return asyncio.run(scenario())


def vars_of(item: Fingerprint) -> dict[str, str]:
    return {"algorithm": item.algorithm, "value": item.value}


def test_the_handshake_gives_gcm_keys_first():
    keys, states = shake_hands()
    assert keys.profile is SrtpProfile.AES_128_GCM
    assert (len(keys.receive), len(keys.send)) == (28, 28)
    assert keys.receive != keys.send
    assert states == ("connected", "connected")


def test_the_handshake_gives_cm_keys_to_who_has_nothing_else():
    keys, _ = shake_hands(profiles=[rtcdtlstransport.SRTP_AES128_CM_SHA1_80])
    assert keys.profile is SrtpProfile.AES_128_CM_SHA1_80
    assert (len(keys.receive), len(keys.send)) == (30, 30)


def test_another_certificate_than_promised_is_refused():
    keys, (state, _) = shake_hands(promised=[Fingerprint("sha-256", ":".join(["00"] * 32))])
    assert keys is None
    assert state == "failed"


def test_keys_are_not_printed():
    keys, _ = shake_hands()
    assert "receive" not in repr(keys)


def test_the_session_overrides_what_aiortc_calls():
    source = inspect.getsource(RTCDtlsTransport.start)
    assert "self._setup_srtp()" in source
    assert "self._srtp_profiles" in source
    assert not inspect.iscoroutinefunction(RTCDtlsTransport._setup_srtp)
    assert list(inspect.signature(RTCDtlsTransport._set_role).parameters) == ["self", "role"]
    assert list(inspect.signature(RTCDtlsTransport._set_state).parameters) == ["self", "state"]
    assert {"NEW", "CONNECTING", "CONNECTED", "CLOSED", "FAILED"} == set(State.__members__)


def test_the_transport_asks_no_more_of_an_ice_transport_than_the_pipe_has():
    source = inspect.getsource(RTCDtlsTransport)
    used = {part.split("(")[0].split()[0].rstrip(",:)") for part in source.split("self.transport.")[1:]}
    assert used <= set(dir(Pipe))
    assert {"_recv", "_send"} <= used


def test_profiles_are_ours_in_our_order():
    assert [profile.openssl_profile.decode() for profile in PROFILES] == [
        profile.value for profile in SrtpProfile
    ]


def test_public_names_that_we_use_are_there():
    assert callable(sdp.grouplines)
    assert callable(sdp.parse_attr)
    assert sdp.parameters_from_sdp("apt=96;x=y") == {"apt": 96, "x": "y"}
    assert rtp.unpack_remb_fci(rtp.pack_remb_fci(3_000_000, [1])) == (3_000_000, [1])
    assert rtp.clamp_packets_lost(1 << 30) == (1 << 23) - 1
    assert stun.Message.check_message_integrity
