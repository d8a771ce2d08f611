/**
 * The connection doctor: tries each step of the way to a meeting, says which one fails, and writes the sentence for the
 * administrator of the network. Works before joining and beside a running meeting. Fires `change`.
 *
 * @typedef {import("./types.js").RoomConfig} RoomConfig
 * @typedef {import("./types.js").IceServer} IceServer
 * @typedef {import("./types.js").Translate} Translate
 * @typedef {"page" | "socket" | "udp" | "relay" | "tcp" | "tls"} StepId   `relay`: through a relay over UDP
 * @typedef {{id: StepId, state: "waiting" | "running" | "ok" | "failed" | "skipped", detail: string | null, ms: number | null}} Step
 * @typedef {{level: "good" | "limited" | "failed", text: string, forAdministrator: string | null}} Verdict
 * @typedef {(sdp: string) => Promise<{sdp: string, ice_servers?: IceServer[]}>} Exchange
 */
import { io as connectSocket } from "socket.io-client";

import { sentenceForAdministrator } from "./doctor_words.js";
import { accepted, RefusedError } from "./errors.js";
import { NoWay, relays, tryWay } from "./media/probe.js";

/** @type {StepId[]} */
const STEPS = ["page", "socket", "udp", "relay", "tcp", "tls"];
/** The ladder after the direct way. @type {readonly (readonly ["relay" | "tcp" | "tls", import("./media/probe.js").RelayKind])[]} */
const RELAYS = [["relay", "udp"], ["tcp", "tcp"], ["tls", "tls"]];
const SOCKET_PATIENCE_MS = 5_000;

export class ConnectionDoctor extends EventTarget {
  /** @type {readonly Step[]} */
  steps = waitingSteps();
  /** What it comes to; null until the first run is over. @type {Verdict | null} */
  verdict = null;

  #config;
  #t;
  #outside;
  /** @type {Promise<void> | null} */
  #running = null;

  /**
   * @param {RoomConfig} config
   * @param {{t: Translate, outside?: {page?: () => Promise<unknown>, connectSocket?: typeof connectSocket, tryWay?: typeof tryWay}}} options
   */
  constructor(config, { t, outside = {} }) {
    super();
    this.#config = config;
    this.#t = t;
    this.#outside = { page: () => reachPage(config), connectSocket, tryWay, ...outside };
  }

  /** Tries everything, in some seconds; a second call while it runs waits for the first. */
  run() {
    this.#running ??= this.#examine().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #examine() {
    this.steps = waitingSteps();
    this.verdict = null;
    this.#changed();
    const found = { engine: /** @type {{address: string, port: number}[]} */ ([]), iceServers: /** @type {IceServer[]} */ ([]) };
    const reached = (await this.#step("page", this.#outside.page)) && (await this.#socketAndMedia(found));
    for (const { id, state } of this.steps) if (state === "waiting") this.#set(id, { state: "skipped" });
    this.verdict = this.#conclude(Boolean(reached), found);
    this.#changed();
  }

  /** @param {{engine: {address: string, port: number}[], iceServers: IceServer[]}} found */
  async #socketAndMedia(found) {
    /** @type {import("socket.io-client").Socket | undefined} */
    let socket;
    const up = await this.#step("socket", async () => {
      socket = await this.#connect();
    });
    if (!up || !socket) return false;
    const exchange = exchangeOver(socket);
    try {
      if (await this.#way("udp", [], false, exchange, found)) return true;
      for (const [id, kind] of RELAYS) {
        const servers = relays(found.iceServers, kind);
        if (servers.length && (await this.#way(id, servers, true, exchange, found))) return true;
      }
      return false;
    } finally {
      socket.disconnect();
    }
  }

  /**
   * @param {StepId} id
   * @param {IceServer[]} iceServers
   * @param {boolean} relayOnly
   * @param {Exchange} exchange
   * @param {{engine: {address: string, port: number}[], iceServers: IceServer[]}} found   is added to
   */
  #way(id, iceServers, relayOnly, exchange, found) {
    return this.#step(id, async () => {
      try {
        Object.assign(found, await this.#outside.tryWay({ iceServers, relayOnly, exchange }));
      } catch (error) {
        if (error instanceof NoWay) {
          const { engine = [], iceServers: known = [] } = /** @type {any} */ (error);
          Object.assign(found, { engine, iceServers: known });
        }
        throw error;
      }
    });
  }

  /**
   * @param {StepId} id
   * @param {() => Promise<unknown>} work
   */
  async #step(id, work) {
    const began = performance.now();
    this.#set(id, { state: "running" });
    try {
      await work();
      this.#set(id, { state: "ok", ms: Math.round(performance.now() - began) });
      return true;
    } catch (error) {
      this.#set(id, { state: "failed", detail: this.#detail(error) });
      return false;
    }
  }

  /** @param {unknown} error */
  #detail(error) {
    if (error instanceof NoWay) return this.#t("No answer comes back.");
    if (error instanceof RefusedError && error.message) return error.message;
    return this.#t("It cannot be reached.");
  }

  #connect() {
    const { link, language, protocol, socket: origin = "" } = this.#config;
    const socket = this.#outside.connectSocket(`${origin}/room`, {
      transports: ["websocket"],
      auth: { link, language, protocol },
      reconnection: false,
      timeout: SOCKET_PATIENCE_MS,
      forceNew: true,
    });
    return /** @type {Promise<import("socket.io-client").Socket>} */ (new Promise((resolve, reject) => {
      socket.on("connect", () => resolve(socket));
      socket.on("connect_error", (/** @type {any} */ error) => {
        socket.disconnect();
        // The service answered, so the way to it is free, whatever it thinks of the link.
        reject(error.data?.code ? new RefusedError(error.data.code, error.data.message) : error);
      });
    }));
  }

  /**
   * @param {boolean} reached
   * @param {{engine: {address: string, port: number}[], iceServers: IceServer[]}} found
   * @returns {Verdict}
   */
  #conclude(reached, { engine, iceServers }) {
    const t = this.#t;
    const failed = this.steps.find(({ state }) => state === "failed")?.id;
    const origin = this.#config.socket || globalThis.location?.origin || "";
    const forAdministrator = sentenceForAdministrator({ origin, failed: failed ?? null, engine, iceServers }, t);
    if (!failed) return { level: "good", text: t("Everything works: sound and pictures take the direct way."), forAdministrator: null };
    if (reached) {
      return {
        level: "limited",
        text: t("The meeting works, with a detour: your network blocks the direct way, so sound and pictures may come a little later."),
        forAdministrator,
      };
    }
    if (failed === "page") {
      return { level: "failed", text: t("The service cannot be reached. Is this device on the Internet?"), forAdministrator: null };
    }
    if (failed === "socket") {
      return {
        level: "failed",
        text: t("Pages arrive, but no lasting connection (websocket). A proxy, a filter or a virus scanner may be cutting it."),
        forAdministrator,
      };
    }
    if (!engine.length) {
      return {
        level: "failed",
        text: t("Sound and pictures do not work at the moment; the fault is in the service, not in your network. The chat works."),
        forAdministrator: null,
      };
    }
    return {
      level: "failed",
      text: t("Your network lets no sound and no pictures through. The chat works. Another network helps, a telephone's for example."),
      forAdministrator,
    };
  }

  /**
   * @param {StepId} id
   * @param {Partial<Step>} change
   */
  #set(id, change) {
    this.steps = this.steps.map((step) => (step.id === id ? { ...step, ...change } : step));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @returns {readonly Step[]} */
const waitingSteps = () => STEPS.map((id) => ({ id, state: "waiting", detail: null, ms: null }));

/** @param {RoomConfig} config */
async function reachPage({ socket: origin = "" }) {
  const answer = await fetch(`${origin}/healthz`, { cache: "no-store", signal: AbortSignal.timeout(SOCKET_PATIENCE_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
}

/**
 * Takes an offer to the engine by the service's `probe` (docs/protocol.md). The service allows one a second.
 *
 * @param {import("socket.io-client").Socket} socket
 * @returns {Exchange}
 */
function exchangeOver(socket) {
  return async (sdp) => {
    const probe = async () =>
      accepted(await socket.timeout(SOCKET_PATIENCE_MS).emitWithAck("media", { method: "probe", params: { sdp } })).result;
    try {
      return await probe();
    } catch (error) {
      if (/** @type {RefusedError} */ (error).code !== "too_fast") throw error;
      await new Promise((resolve) => setTimeout(resolve, 1100));
      return probe();
    }
  };
}
