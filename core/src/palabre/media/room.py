"""A room: its peers, their tracks, who speaks."""

from __future__ import annotations

from collections.abc import Iterator

from aiortc.rtp import RtcpSenderInfo

from palabre.media.errors import EngineError
from palabre.media.peer import Owner, Peer, Services
from palabre.media.speakers import SpeakerRanking
from palabre.media.track import Track


class Room:
    """Everybody in it receives everybody else."""

    def __init__(self, number: str, services: Services) -> None:
        self.id = number
        self.peers: dict[str, Peer] = {}
        #: Tracks that are not forwarded, published or not.
        self.paused: set[str] = set()
        self._services = services
        self._speakers = SpeakerRanking()

    def join(self, number: str, owner: Owner) -> Peer:
        """The peer, made or adopted."""
        peer = self.peers.get(number)
        if peer is None:
            peer = self.peers[number] = Peer(self, number, self._services)
        peer.adopt(owner)
        return peer

    def peer(self, number: str) -> Peer:
        """:raises EngineError: ``unknown_peer``."""
        try:
            return self.peers[number]
        except KeyError:
            raise EngineError("unknown_peer", f"no peer {number!r} in room {self.id!r}") from None

    def leave(self, number: str) -> None:
        """Forget a peer; nothing happens when it is not there."""
        peer = self.peers.pop(number, None)
        if peer is not None:
            peer.close()

    def tracks(self) -> Iterator[Track]:
        """Every published track."""
        for peer in self.peers.values():
            if peer.publication is not None:
                yield from peer.publication.tracks.values()

    def pause(self, number: str, paused: bool) -> None:
        """Forward a track no more, or again. Remembered for a track that is yet to come."""
        if paused:
            self.paused.add(number)
        else:
            self.paused.discard(number)
        for track in self.tracks():
            if track.id == number:
                self._services.mux.forwarder.pause(track.uplink.stream, paused)
                if track.kind == "video" and not paused:
                    track.uplink.key_frames.ask()

    def tracks_changed(self) -> None:
        """Somebody publishes more or less."""
        for peer in self.peers.values():
            if peer.subscription is not None:
                peer.subscription.tracks_changed()

    def track_moved(self, track: Track) -> None:
        """A track comes in another stream."""
        for peer in self.peers.values():
            if peer.subscription is not None:
                peer.subscription.track_moved(track)

    def pass_on_report(self, track: Track, sender: RtcpSenderInfo) -> None:
        """A sender report of a track's publisher."""
        for peer in self.peers.values():
            if peer.subscription is not None and peer.id != track.participant:
                peer.subscription.pass_on_report(track, sender)

    def rank_speakers(self, now: float) -> None:
        """Tell the web processes who speaks, when that changed. A few times a second."""
        loudness: dict[str, float] = {}
        for track in self.tracks():
            if track.kind == "audio" and track.source != "screen_audio" and track.id not in self.paused:
                heard = self._services.mux.forwarder.loudness(track.uplink.stream)
                loudness[track.participant] = max(heard, loudness.get(track.participant, 0.0))
        speakers = self._speakers.update(loudness, now)
        if speakers is None:
            return
        told = {
            "room": self.id,
            "ranked": list(speakers.ranked),
            "dominant": speakers.dominant,
            "levels": dict(speakers.levels),
        }
        for owner in {id(peer.owner): peer.owner for peer in self.peers.values()}.values():
            if owner is not None:
                owner.notify("speakers", told)

    def report(self, now: float) -> None:
        """Reports to publishers, and a look at each connection. About each second."""
        for peer in self.peers.values():
            if peer.publication is not None:
                peer.publication.report(now)
            if peer.subscription is not None:
                peer.subscription.connection.look_after(now)

    def close(self) -> None:
        """Everybody leaves."""
        for number in list(self.peers):
            self.leave(number)
