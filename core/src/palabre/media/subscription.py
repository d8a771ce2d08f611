"""The subscribe PeerConnection of a participant: we offer everybody else's tracks, the browser answers.

One offer is outstanding at a time; what changes meanwhile goes into the next one. Sections of tracks that
left become inactive, and are used again for new tracks once the browser agreed to that.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiortc.rtp import RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket

from palabre.media import rtcp
from palabre.media.downlink import Downlink
from palabre.media.errors import EngineError
from palabre.media.forwarder import Destination, StreamId
from palabre.media.sdp import codecs, reader, writer
from palabre.media.sdp.reader import BadSdp, Description
from palabre.media.track import Track
from palabre.media.transport.connection import Connection, ConnectionState

if TYPE_CHECKING:
    from palabre.media.peer import Peer


@dataclass(slots=True, eq=False)
class Slot:
    """A section of our offers."""

    mid: str
    kind: str
    track: Track | None = None
    destination: Destination | None = None
    downlink: Downlink | None = None
    #: The browser accepted the track that is here now.
    agreed: bool = False
    #: The browser still believes in the track that was here.
    leaving: bool = False

    @property
    def free(self) -> bool:
        return self.track is None and not self.leaving


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that waits for its answer."""

    sdp: str
    revision: int
    #: Track offered in each section, None for inactive ones.
    content: dict[str, Track | None]


class Subscription:
    """Everything of everybody else, for one participant. Implements ``connection.Listener``."""

    def __init__(self, peer: Peer) -> None:
        self.slots: list[Slot] = []
        self.bitrate_limit_bps: int | None = None
        self._peer = peer
        self._services = peer.services
        self._mids = itertools.count()
        self._session = secrets.randbits(62)
        self._revision = 0
        self._outstanding: Offer | None = None
        self._changed = False
        self._planned: asyncio.Handle | None = None
        self.connection: Connection = self._services.mux.connect(self)
        self.tracks_changed()

    def tracks_changed(self) -> None:
        """Bring the sections in line with what the others publish."""
        wanted = {track.id: track for track in self._peer.room.tracks() if track.participant != self._peer.id}
        for slot in self.slots:
            if slot.track is not None and wanted.get(slot.track.id) is not slot.track:
                self._vacate(slot)
        taken = {slot.track.id for slot in self.slots if slot.track is not None}
        for track in wanted.values():
            if track.id not in taken:
                self._place(track)
        self._plan()

    def track_moved(self, track: Track) -> None:
        """The track comes in another stream now."""
        for slot in self.slots:
            if slot.track is track and slot.downlink is not None:
                slot.downlink.move(track.uplink.stream)
                if track.kind == "video":
                    track.uplink.key_frames.ask()

    def repeat_offer(self) -> None:
        """Say the outstanding offer again: who asked for it may have missed it."""
        if self._outstanding is not None:
            self._tell(self._outstanding)

    def answer(self, sdp: str, revision: int) -> None:
        """Take the browser's answer. One to an older offer changes nothing.

        :raises EngineError: ``bad_sdp``; the offer stays outstanding.
        """
        offer = self._outstanding
        if offer is None or revision != offer.revision:
            return
        try:
            answered = _check(reader.read(sdp), offer, self.connection)
        except BadSdp as error:
            raise EngineError("bad_sdp", str(error)) from error
        self._outstanding = None
        self.connection.start(answered.ufrag, answered.fingerprints)
        for slot in self.slots:
            if slot.mid not in offer.content:
                continue
            offered = offer.content[slot.mid]
            if offered is None:
                slot.leaving = False
            elif offered is slot.track:
                section = answered.section(slot.mid)
                slot.agreed = (
                    section is not None
                    and not section.stopped
                    and section.direction in ("recvonly", "sendrecv")
                )
        self._activate()
        self._plan()

    def pass_on_report(self, track: Track, sender: RtcpSenderInfo) -> None:
        """A publisher's sender report."""
        for slot in self.slots:
            if slot.track is track and slot.downlink is not None:
                slot.downlink.report(sender, track.participant)

    def close(self) -> None:
        """Forget the connection."""
        if self._planned is not None:
            self._planned.cancel()
        for slot in self.slots:
            if slot.downlink is not None:
                slot.downlink.close()
                slot.downlink = None
        self.connection.close()

    # Listener

    def connection_changed(self, state: ConnectionState) -> None:
        self._peer.tell_state("subscribe", state)
        self._activate()

    def take_rtcp(self, data: bytes) -> None:
        downlinks = {slot.destination.ssrc: slot for slot in self.slots if slot.destination is not None}
        for packet in rtcp.read(data):
            for ssrc in rtcp.asks_key_frame(packet):
                slot = downlinks.get(ssrc)
                if slot is not None and slot.track is not None and slot.downlink is not None:
                    slot.downlink.feedback.key_frame_requests += 1
                    slot.track.uplink.key_frames.ask()
            nack = rtcp.lost(packet)
            if nack is not None:
                slot = downlinks.get(nack[0])
                if slot is not None and slot.downlink is not None:
                    slot.downlink.take_nack(nack[1])
            if isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
                for block in packet.reports:
                    slot = downlinks.get(block.ssrc)
                    if slot is not None and slot.downlink is not None:
                        slot.downlink.take_report(block)
            limit = rtcp.bitrate_limit(packet)
            if limit is not None:
                self.bitrate_limit_bps = limit

    def missed(self, stream: StreamId) -> None:
        """Subscribers publish nothing on this connection."""

    # Sections

    def _vacate(self, slot: Slot) -> None:
        if slot.downlink is not None:
            slot.downlink.close()
        slot.track = slot.destination = slot.downlink = None
        slot.agreed = False
        slot.leaving = True
        self._changed = True

    def _place(self, track: Track) -> None:
        slot = next((slot for slot in self.slots if slot.free and slot.kind == track.kind), None)
        if slot is None:
            slot = Slot(str(next(self._mids)), track.kind)
            self.slots.append(slot)
        slot.track = track
        slot.destination = self._destination(track.kind)
        self._changed = True

    def _destination(self, kind: str) -> Destination:
        if kind == "audio":
            return Destination(_ssrc(), codecs.OPUS)
        return Destination(_ssrc(), codecs.VP8, _ssrc(), codecs.VP8_RTX)

    def _activate(self) -> None:
        if not self.connection.secured:
            return
        forwarder = self._services.mux.forwarder
        for slot in self.slots:
            track = slot.track
            if track is None or slot.destination is None or slot.downlink is not None or not slot.agreed:
                continue
            slot.downlink = Downlink(forwarder, self.connection.peer, track.uplink.stream, slot.destination)
            if track.kind == "video":
                track.uplink.key_frames.ask()

    # Offers

    def _plan(self) -> None:
        """Offer at the end of this turn of the loop, so that a camera and its microphone share an offer."""
        if self._changed and self._outstanding is None and self._planned is None:
            self._planned = asyncio.get_running_loop().call_soon(self._offer)

    def _offer(self) -> None:
        self._planned = None
        self._changed = False
        self._revision += 1
        local = self._services.local(self.connection)
        sections = [writer.OfferSection(slot.mid, slot.kind, _sending(slot)) for slot in self.slots]
        sdp = writer.offer(local, self._session, self._revision, sections)
        self._outstanding = Offer(sdp, self._revision, {slot.mid: slot.track for slot in self.slots})
        self._tell(self._outstanding)

    def _tell(self, offer: Offer) -> None:
        tracks = [
            {
                "mid": mid,
                "participant": track.participant,
                "track": track.id,
                "kind": track.kind,
                "source": track.source,
            }
            for mid, track in offer.content.items()
            if track is not None
        ]
        self._peer.tell("offer", {"sdp": offer.sdp, "revision": offer.revision, "tracks": tracks})


def _sending(slot: Slot) -> writer.Sending | None:
    if slot.track is None or slot.destination is None:
        return None
    return writer.Sending(slot.destination, slot.track.participant, slot.track.id, slot.track.source)


def _check(answered: Description, offer: Offer, connection: Connection) -> Description:
    if answered.setup != "active":
        raise BadSdp("an answer must say a=setup:active")
    if [section.mid for section in answered.sections] != list(offer.content):
        raise BadSdp("the answer does not have the offer's sections")
    if connection.fingerprints and not set(connection.fingerprints) & set(answered.fingerprints):
        raise BadSdp("the answer is another PeerConnection's: ask for a restart first")
    return answered


def _ssrc() -> int:
    return secrets.randbelow((1 << 32) - 1) + 1
