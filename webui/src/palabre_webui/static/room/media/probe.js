/**
 * Tries one way to the media engine with a connection of its own, which carries nothing.
 *
 * @typedef {import("../types.js").IceServer} IceServer
 * @typedef {"udp" | "tcp" | "tls"} RelayKind
 */
import { candidates } from "./sdp.js";

const PATIENCE_MS = 6_000;

export class NoWay extends Error {}

/**
 * Resolves when packets go both ways; rejects with NoWay after six seconds, or with what `exchange` rejected with.
 *
 * @param {{iceServers: IceServer[], relayOnly: boolean,
 *   exchange: (sdp: string) => Promise<{sdp: string, ice_servers?: IceServer[]}>}} how   `exchange` takes our offer to the
 *   engine and brings its answer
 * @returns {Promise<{engine: {address: string, port: number}[], iceServers: IceServer[]}>}
 */
export async function tryWay({ iceServers, relayOnly, exchange }) {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: relayOnly ? "relay" : "all", bundlePolicy: "max-bundle" });
  try {
    pc.addTransceiver("audio", { direction: "sendonly" });
    await pc.setLocalDescription(await pc.createOffer());
    const { sdp, ice_servers = [] } = await exchange(pc.localDescription?.sdp ?? "");
    const engine = candidates(sdp).map(({ address, port }) => ({ address, port }));
    await pc.setRemoteDescription({ type: "answer", sdp });
    await connected(pc).catch((error) => {
      throw Object.assign(error, { engine, iceServers: ice_servers });
    });
    return { engine, iceServers: ice_servers };
  } finally {
    pc.close();
  }
}

/** @param {RTCPeerConnection} pc */
function connected(pc) {
  return /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoWay("no answer")), PATIENCE_MS);
    pc.addEventListener("connectionstatechange", () => {
      if (!["connected", "failed"].includes(pc.connectionState)) return;
      clearTimeout(timer);
      if (pc.connectionState === "connected") resolve();
      else reject(new NoWay("no way through"));
    });
  }));
}

/**
 * The relays of one kind, each with its one address that is of that kind.
 *
 * @param {readonly IceServer[]} iceServers
 * @param {RelayKind} kind
 * @returns {IceServer[]}
 */
export function relays(iceServers, kind) {
  return iceServers
    .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => relayOf(url)?.kind === kind) }))
    .filter(({ urls }) => urls.length > 0);
}

/**
 * What a `turn:` address says; null for any other.
 *
 * @param {string} url `turn:host:port?transport=tcp`
 * @returns {{kind: RelayKind, host: string, port: number} | null}
 */
export function relayOf(url) {
  const parts = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url);
  if (!parts) return null;
  const [, scheme, host, port, transport = "udp"] = parts;
  const secure = scheme.toLowerCase() === "turns";
  const kind = secure ? "tls" : transport.toLowerCase() === "tcp" ? "tcp" : "udp";
  return { kind, host: host.replace(/^\[|\]$/g, ""), port: Number(port ?? (secure ? 5349 : 3478)) };
}
