/**
 * What the connection doctor writes to the administrator of a network.
 *
 * @typedef {import("./types.js").IceServer} IceServer
 * @typedef {import("./types.js").Translate} Translate
 */
import { relayOf } from "./media/probe.js";

/**
 * Names every address and port that must be let through, and what does not get through now; null when nothing fails.
 *
 * @param {{origin: string, failed: string | null, engine: readonly {address: string, port: number}[],
 *   iceServers: readonly IceServer[]}} found
 * @param {Translate} t
 * @returns {string | null}
 */
export function sentenceForAdministrator({ origin, failed, engine, iceServers }, t) {
  if (!failed) return null;
  const { hostname, port, protocol } = new URL(origin);
  const webPort = port || (protocol === "http:" ? "80" : "443");
  const lines = [
    t("For video meetings on {origin}, please allow from our network, outgoing:", { origin }),
    t("- TCP port {port} to {host}, with websocket connections", { port: webPort, host: hostname }),
    ...unique(engine.map(({ address, port }) => t("- UDP port {port} to {host} (sound and pictures)", { port, host: address }))),
    ...unique(iceServers.flatMap(({ urls }) => [urls].flat()).map((url) => relayLine(url, t))),
    blocked(failed, t),
  ];
  return lines.filter(Boolean).join("\n");
}

/**
 * @param {string} url
 * @param {Translate} t
 */
function relayLine(url, t) {
  const relay = relayOf(url);
  if (!relay) return "";
  const { kind, port, host } = relay;
  if (kind === "udp") return t("- or UDP port {port} to {host} (relay)", { port, host });
  if (kind === "tcp") return t("- or TCP port {port} to {host} (relay)", { port, host });
  return t("- or TCP port {port} to {host} with TLS (relay)", { port, host });
}

/**
 * @param {string} failed
 * @param {Translate} t
 */
function blocked(failed, t) {
  return failed === "socket"
    ? t("At present websocket connections do not get through.")
    : t("At present UDP packets do not get through.");
}

/** @param {readonly string[]} lines */
const unique = (lines) => [...new Set(lines)];
