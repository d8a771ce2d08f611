/** How pictures are taken and sent. Numbers in pixels, frames and bits per second. */

/** @typedef {"low" | "standard" | "hd"} Resolution */

/** @type {Readonly<Record<Resolution, {width: number, height: number, frameRate: number, maxBitrate: number}>>} */
export const RESOLUTIONS = Object.freeze({
  low: { width: 320, height: 180, frameRate: 15, maxBitrate: 150_000 },
  standard: { width: 640, height: 360, frameRate: 30, maxBitrate: 600_000 },
  hd: { width: 1280, height: 720, frameRate: 30, maxBitrate: 1_700_000 },
});

/**
 * VP8 and Opus first: what every browser has. Their retransmission and redundancy formats follow, then the rest.
 *
 * @param {"audio" | "video"} kind
 * @param {readonly {mimeType: string}[]} codecs
 */
export function preferred(kind, codecs) {
  const first = kind === "video" ? "video/vp8" : "audio/opus";
  const rank = (/** @type {{mimeType: string}} */ codec) => {
    const type = codec.mimeType.toLowerCase();
    return type === first ? 0 : type === `${kind}/rtx` ? 1 : 2;
  };
  return codecs.slice().sort((a, b) => rank(a) - rank(b));
}

/**
 * What one word says about the media of the last few seconds.
 *
 * @param {{lossRatio: number, roundTripTime_s: number, connected: boolean}} measured
 * @returns {"good" | "fair" | "poor" | "down"}
 */
export function verdict({ lossRatio, roundTripTime_s, connected }) {
  if (!connected) return "down";
  if (lossRatio > 0.08 || roundTripTime_s > 0.8) return "poor";
  if (lossRatio > 0.02 || roundTripTime_s > 0.35) return "fair";
  return "good";
}
