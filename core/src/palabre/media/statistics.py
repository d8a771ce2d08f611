"""Numbers for support and monitoring, named as in the W3C's *Identifiers for WebRTC's Statistics API*."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from palabre.media.forwarder import Forwarder
from palabre.media.transport.connection import Connection
from palabre.media.transport.mux import Mux

if TYPE_CHECKING:
    from palabre.media.peer import Peer
    from palabre.media.publication import Publication
    from palabre.media.room import Room
    from palabre.media.subscription import Subscription

CLOCK_RATES = {"audio": 48_000, "video": 90_000}
Report = dict[str, dict[str, object]]


def peer_report(forwarder: Forwarder, peer: Peer) -> Report:
    """Everything about one participant, by object id."""
    report: Report = {}
    if peer.publication is not None and peer.publication.connection is not None:
        report["publish"] = _transport(forwarder, peer.publication.connection)
        report.update(_received(forwarder, peer.publication))
    if peer.subscription is not None:
        report["subscribe"] = _transport(forwarder, peer.subscription.connection)
        report["subscribe"]["availableOutgoingBitrate"] = peer.subscription.bitrate_limit_bps
        report.update(_sent(forwarder, peer.subscription))
    return report


def engine_metrics(
    mux: Mux, rooms: Iterable[Room], stall_s: float, packet_cost_s: float | None
) -> dict[str, float]:
    """Counters of a worker since it started, and what it holds now.

    :param stall_s: the longest stall of the loop within the last minute.
    :param packet_cost_s: CPU time for each packet sent within the last minute; left out when there is none.
    """
    totals = mux.forwarder.stats()
    listed = list(rooms)
    return {
        "packets_in": totals.packets_received,
        "packets_out": totals.packets_sent,
        "bytes_in": totals.bytes_received,
        "bytes_out": totals.bytes_sent,
        "packets_unknown": totals.packets_unknown,
        "packets_refused": totals.packets_refused,
        "packets_unsent": totals.packets_unsent,
        "datagrams_malformed": mux.malformed,
        "sends": totals.sends,
        "segmentation": int(totals.segmentation),
        "cpu_seconds": time.process_time(),
        "loop_stall_seconds": stall_s,
        "memory_peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "rooms": len(listed),
        "peers": sum(len(room.peers) for room in listed),
        "tracks": sum(1 for room in listed for _ in room.tracks()),
        **({"packet_cpu_seconds": packet_cost_s} if packet_cost_s is not None else {}),
    }


def _transport(forwarder: Forwarder, connection: Connection) -> dict[str, object]:
    stats = forwarder.peer_stats(connection.peer)
    return {
        "type": "transport",
        "connectionState": connection.state.value,
        "iceRole": "controlled",
        "srtpCipher": connection.profile.value if connection.profile is not None else None,
        "remoteAddress": connection.path.address[0] if connection.path is not None else None,
        "remotePort": connection.path.address[1] if connection.path is not None else None,
        "packetsReceived": stats.packets_received,
        "bytesReceived": stats.bytes_received,
        "packetsSent": stats.packets_sent,
        "bytesSent": stats.bytes_sent,
        "packetsRefused": stats.packets_refused,
    }


def _received(forwarder: Forwarder, publication: Publication) -> Report:
    report: Report = {}
    for track in publication.tracks.values():
        stats = forwarder.stream_stats(track.uplink.stream)
        report[f"inbound-{track.id}"] = {
            "type": "inbound-rtp",
            "kind": track.kind,
            "source": track.source,
            "trackIdentifier": track.id,
            "mid": track.uplink.source.mid,
            "ssrc": stats.ssrc,
            "packetsReceived": stats.packets_received,
            "bytesReceived": stats.bytes_received,
            "packetsLost": stats.packets_lost,
            "retransmittedPacketsReceived": stats.packets_recovered,
            "packetsDuplicated": stats.packets_duplicated,
            "jitter": stats.jitter_s,
            "audioLevel": forwarder.loudness(track.uplink.stream) if track.kind == "audio" else None,
            "nackCount": track.uplink.repairs.sent,
            "pliCount": track.uplink.key_frames.sent,
        }
    return report


def _sent(forwarder: Forwarder, subscription: Subscription) -> Report:
    report: Report = {}
    for slot in subscription.slots:
        if slot.track is None or slot.downlink is None:
            continue
        stats, feedback = forwarder.route_stats(slot.downlink.route), slot.downlink.feedback
        common = {"kind": slot.kind, "ssrc": stats.ssrc, "mid": slot.mid, "trackIdentifier": slot.track.id}
        report[f"outbound-{slot.track.id}"] = {
            "type": "outbound-rtp",
            **common,
            "participant": slot.track.participant,
            "packetsSent": stats.packets_sent,
            "bytesSent": stats.bytes_sent,
            "retransmittedPacketsSent": stats.packets_retransmitted,
            "retransmittedBytesSent": stats.bytes_retransmitted,
            "nackCount": feedback.nacks,
            "pliCount": feedback.key_frame_requests,
        }
        report[f"remote-inbound-{slot.track.id}"] = {
            "type": "remote-inbound-rtp",
            **common,
            "fractionLost": feedback.fraction_lost,
            "packetsLost": feedback.packets_lost,
            "jitter": feedback.jitter / CLOCK_RATES[slot.kind],
            "roundTripTime": feedback.round_trip_s,
        }
    return report
