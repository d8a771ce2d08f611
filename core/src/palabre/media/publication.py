"""The publish PeerConnection of a participant: the browser offers, we answer and receive."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aiortc.rtp import RtcpSrPacket

from palabre.media import rtcp
from palabre.media.errors import EngineError
from palabre.media.forwarder import Source, StreamId
from palabre.media.sdp import codecs, reader, writer
from palabre.media.sdp.reader import BadSdp, Description
from palabre.media.track import Track, TrackSpec
from palabre.media.transport.connection import Connection, ConnectionState
from palabre.media.uplink import Uplink

if TYPE_CHECKING:
    from palabre.media.peer import Peer

#: Camera, microphone, screen and its sound, and some to spare for plugins.
MOST_TRACKS = 16


class Publication:
    """Holds the tracks of one participant. Implements ``connection.Listener``."""

    def __init__(self, peer: Peer) -> None:
        self.tracks: dict[str, Track] = {}
        self.connection: Connection | None = None
        self._peer = peer
        self._services = peer.services
        self._sender = secrets.randbits(32)
        self._session = secrets.randbits(62)
        self._revision = 0
        self._stale = False

    def publish(self, sdp: str, specs: Sequence[TrackSpec]) -> str:
        """Take an offer and answer it; ``specs`` is the whole list of what is published from now on.

        :raises EngineError: ``bad_sdp``; nothing has changed then.
        """
        try:
            offered = reader.read(sdp)
            wanted = _wanted(offered, specs)
        except BadSdp as error:
            raise EngineError("bad_sdp", str(error)) from error
        old = self.connection
        fresh = old is None or self._stale or not set(old.fingerprints) & set(offered.fingerprints)
        if fresh:
            self.connection = self._services.mux.connect(self)
            self._session, self._revision, self._stale = secrets.randbits(62), 0, False
        elif old is not None and old.remote_ufrag != offered.ufrag:
            old.restart_ice()
        connection = self.connection
        assert connection is not None
        self._receive(connection, wanted, fresh)
        connection.start(offered.ufrag, offered.fingerprints)
        if fresh and old is not None:
            old.close()
        self._revision += 1
        accepted = {spec.mid: spec.source for spec, _ in wanted}
        local = self._services.local(connection)
        return writer.answer(local, self._session, self._revision, offered, accepted)

    def restart(self) -> None:
        """The browser gave its PeerConnection up; the next offer belongs to a new one. Tracks wait for it."""
        self._stale = True

    def report(self, now: float) -> None:
        """Tell the publisher how its tracks arrive and what it may send. About each second."""
        if self.connection is None:
            return
        self.connection.look_after(now)
        uplinks = [track.uplink for track in self.tracks.values()]
        blocks = [block for uplink in uplinks if (block := uplink.report(now)) is not None]
        ssrcs = [block.ssrc for block in blocks]
        if not ssrcs:
            return
        limit = rtcp.bitrate_request(self._sender, sum(uplink.bitrate_bps for uplink in uplinks), ssrcs)
        report = rtcp.receiver_report(self._sender, blocks) + limit
        self._services.mux.forwarder.send_rtcp(self.connection.peer, report)

    def close(self) -> None:
        """Withdraw every track and forget the connection."""
        tracks = list(self.tracks.values())
        self.tracks.clear()
        self._peer.room.tracks_changed()
        for track in tracks:
            track.uplink.close()
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # Listener

    def connection_changed(self, state: ConnectionState) -> None:
        self._peer.tell_state("publish", state)
        if state is ConnectionState.CONNECTED:
            for track in self.tracks.values():
                if track.kind == "video":
                    track.uplink.key_frames.ask()

    def take_rtcp(self, data: bytes) -> None:
        for packet in rtcp.read(data):
            if isinstance(packet, RtcpSrPacket):
                for track in self.tracks.values():
                    if track.uplink.ssrc == packet.ssrc:
                        track.uplink.take_sender_report(packet)
                        self._peer.room.pass_on_report(track, packet.sender_info)

    def missed(self, stream: StreamId) -> None:
        for track in self.tracks.values():
            if track.uplink.stream == stream:
                track.uplink.missed()

    # Tracks

    def _receive(
        self, connection: Connection, wanted: Sequence[tuple[TrackSpec, Source]], fresh: bool
    ) -> None:
        room, forwarder = self._peer.room, self._services.mux.forwarder
        before, self.tracks = self.tracks, {}
        replaced: list[Uplink] = []
        for spec, source in wanted:
            track = before.pop(spec.id, None)
            if (
                track is not None
                and not fresh
                and track.uplink.source == source
                and track.source == spec.source
            ):
                self.tracks[spec.id] = track
                continue
            uplink = Uplink(forwarder, connection.peer, source, self._sender)
            forwarder.pause(uplink.stream, spec.id in room.paused)
            if track is not None:
                replaced.append(track.uplink)
            if track is not None and track.kind == spec.kind:
                track.uplink, track.source = uplink, spec.source
            else:
                track = Track(spec.id, self._peer.id, spec.kind, spec.source, uplink)
            self.tracks[spec.id] = track
        for track in self.tracks.values():
            room.track_moved(track)
        room.tracks_changed()
        for uplink in [*replaced, *(track.uplink for track in before.values())]:
            uplink.close()


def _wanted(offered: Description, specs: Sequence[TrackSpec]) -> list[tuple[TrackSpec, Source]]:
    """The tracks that the offer really sends.

    :raises BadSdp: when the offer and the list contradict each other.
    """
    if offered.setup not in ("actpass", "active"):
        raise BadSdp("an offer must say a=setup:actpass")
    if len(specs) > MOST_TRACKS or len({spec.id for spec in specs}) != len(specs):
        raise BadSdp("too many tracks, or one listed twice")
    found: list[tuple[TrackSpec, Source]] = []
    sections: Mapping[str, reader.Section] = {section.mid: section for section in offered.sections}
    for spec in specs:
        section = sections.get(spec.mid)
        if section is None or section.kind != spec.kind:
            raise BadSdp(f"the offer has no {spec.kind} section {spec.mid!r}")
        if section.stopped or section.direction not in ("sendrecv", "sendonly"):
            continue
        source = codecs.source(section)
        if source is None:
            raise BadSdp(f"section {spec.mid!r} offers neither Opus nor VP8")
        found.append((spec, source))
    if len({source.mid for _, source in found}) != len(found):
        raise BadSdp("two tracks in one section")
    return found
