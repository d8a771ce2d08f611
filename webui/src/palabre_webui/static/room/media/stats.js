/**
 * What the browser's statistics say, per track and as one word for the whole. Names as in W3C's getStats.
 *
 * @typedef {{direction: "in" | "out", mid: string, kind: string, bitrate_bps: number, packetsLost: number,
 *   lossRatio: number, jitter?: number, framesPerSecond?: number, frameWidth?: number, frameHeight?: number}} TrackStats
 */

export class MediaStats {
  /** @type {Map<string, {bytes: number, packets: number, lost: number, at: number}>} */
  #before = new Map();

  /**
   * Rates are since the last call.
   *
   * @param {readonly (RTCPeerConnection | undefined)[]} connections
   * @returns {Promise<{tracks: TrackStats[], lossRatio: number, roundTripTime_s: number, path: string[]}>}
   */
  async measure(connections) {
    /** @type {TrackStats[]} */
    const tracks = [];
    /** @type {string[]} */
    const path = [];
    let roundTripTime_s = 0;
    let lossRatio = 0;
    for (const [index, pc] of connections.entries()) {
      if (!pc || pc.connectionState === "closed") continue;
      const report = await pc.getStats();
      for (const entry of report.values()) {
        if (entry.type === "inbound-rtp" || entry.type === "outbound-rtp") {
          const measured = this.#track(`${index}:${entry.id}`, entry, report);
          if (measured.bitrate_bps > 0) lossRatio = Math.max(lossRatio, measured.lossRatio);
          tracks.push(measured);
        } else if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
          roundTripTime_s = Math.max(roundTripTime_s, entry.currentRoundTripTime ?? 0);
          path.push(pathOf(report.get(entry.localCandidateId)));
        }
      }
    }
    return { tracks, lossRatio, roundTripTime_s, path };
  }

  /**
   * @param {string} key
   * @param {any} entry
   * @param {RTCStatsReport} report
   * @returns {TrackStats}
   */
  #track(key, entry, report) {
    const incoming = entry.type === "inbound-rtp";
    const remote = incoming ? entry : report.get(entry.remoteId);
    const now = {
      bytes: incoming ? entry.bytesReceived : entry.bytesSent,
      packets: incoming ? entry.packetsReceived : entry.packetsSent,
      lost: remote?.packetsLost ?? 0,
      at: entry.timestamp,
    };
    const before = this.#before.get(key) ?? { bytes: 0, packets: 0, lost: 0, at: now.at - 1000 };
    if (now.at > before.at) this.#before.set(key, now);
    const lost = Math.max(0, now.lost - before.lost);
    const packets = Math.max(0, now.packets - before.packets) + (incoming ? lost : 0);
    return {
      direction: incoming ? "in" : "out",
      mid: entry.mid,
      kind: entry.kind,
      bitrate_bps: Math.max(0, ((now.bytes - before.bytes) * 8000) / (now.at - before.at || 1000)),
      packetsLost: now.lost,
      lossRatio: packets ? lost / packets : 0,
      jitter: remote?.jitter,
      framesPerSecond: entry.framesPerSecond,
      frameWidth: entry.frameWidth,
      frameHeight: entry.frameHeight,
    };
  }
}

/** @param {any} candidate the local one of the pair in use */
function pathOf(candidate) {
  if (!candidate) return "unknown";
  return candidate.candidateType === "relay" ? `relay/${candidate.relayProtocol ?? "udp"}` : candidate.protocol;
}
