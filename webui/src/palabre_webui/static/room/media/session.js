/**
 * My media connections with the engine through a whole meeting: joins, publishes what should be published, receives what
 * the engine offers, and mends what breaks (no way for packets, a dead engine, a web process that was replaced).
 *
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").IceServer} IceServer
 * @typedef {import("../types.js").SubscribeOffer} SubscribeOffer
 * @typedef {import("./publish.js").Publication} Publication
 * @typedef {"publish" | "subscribe"} Side
 */
import { RefusedError } from "../errors.js";
import { PublishConnection } from "./publish.js";
import { SubscribeConnection } from "./subscribe.js";

/** How long a connection may be interrupted before it is made anew; browsers themselves take up to 30 s to give up. */
const PATIENCE_MS = 4_000;
const REJOIN_MS = 2_000;
const LONGEST_PAUSE_MS = 8_000;

export class MediaSession {
  /** "off" before the room; "lost" while there is no engine. @type {"off" | "joining" | "up" | "lost"} */
  status = "off";
  /** @type {PublishConnection | null} */
  sending = null;
  /** @type {SubscribeConnection | null} */
  receiving = null;

  /** What should be sent; survives every connection. @type {Map<Source, Publication>} */
  #publications = new Map();
  #call;
  #changed;
  #refused;
  /** @type {IceServer[]} */
  #iceServers = [];
  /** @type {SubscribeOffer | null} */
  #heldOffer = null;
  #failures = { publish: 0, subscribe: 0 };
  /** @type {Record<Side, ReturnType<typeof setTimeout> | undefined>} */
  #timers = { publish: undefined, subscribe: undefined };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rejoin;
  #round = 0;
  #joining = false;

  /**
   * @param {{call: (method: string, params?: object) => Promise<any>, changed: () => void,
   *   refused: (source: Source, error: RefusedError) => void}} options   `refused` is told of a track that was to be sent on
   *   the way in, and may not
   */
  constructor({ call, changed, refused }) {
    this.#call = call;
    this.#refused = refused;
    this.#changed = changed;
  }

  /** Is this published, or to be published as soon as that is possible? @param {Source} source */
  has(source) {
    return this.#publications.has(source);
  }

  /** The track's id, once the engine has it. @param {Source} source */
  id(source) {
    return this.sending?.id(source) ?? null;
  }

  /**
   * Called on every entry into the room, the first and each return. Connections that outlived the break are kept.
   *
   * @param {IceServer[]} [iceServers]
   */
  async join(iceServers) {
    const round = ++this.#round;
    clearTimeout(this.#rejoin);
    if (iceServers) this.#iceServers = iceServers;
    this.#joining = true;
    if (this.status !== "lost") this.#setStatus("joining"); // "lost" until it is really back
    try {
      const { ice_servers, existing } = await this.#call("join");
      if (round !== this.#round) return;
      if (ice_servers) this.#iceServers = ice_servers;
      await Promise.all([this.#settle("publish", existing), this.#settle("subscribe", existing)]);
      if (round === this.#round) this.#setStatus("up");
    } catch (error) {
      if (round === this.#round) this.#interrupted(error);
    } finally {
      if (round === this.#round) this.#joining = false;
    }
  }

  /** The engine is gone, and with it both connections; it is looked for until it is back. */
  lost() {
    this.#throwAway();
    this.#setStatus("lost");
    clearTimeout(this.#rejoin);
    this.#rejoin = setTimeout(() => this.join(), REJOIN_MS);
  }

  /** @param {SubscribeOffer} offer */
  async offered(offer) {
    if (this.#joining && !this.receiving) this.#heldOffer = offer;
    else await this.#answer(offer);
  }

  /**
   * Sends these; resolves with their ids. Away from the room it only remembers them for later.
   *
   * @param {readonly Publication[]} publications
   */
  async publish(publications) {
    for (const publication of publications) this.#publications.set(publication.source, publication);
    if (!this.sending) return;
    try {
      await this.sending.publish(publications);
    } catch (error) {
      if (isInterruption(error)) return this.#interrupted(error); // sent when it is over
      for (const { source } of publications) this.#publications.delete(source);
      throw error;
    } finally {
      this.#changed();
    }
  }

  /** @param {Source} source */
  async unpublish(source) {
    if (!this.#publications.delete(source)) return;
    await this.sending?.unpublish(source).catch((error) => this.#interrupted(error));
    this.#changed();
  }

  /**
   * Another track, or none for a while, in the place of one that is published.
   *
   * @param {Source} source
   * @param {MediaStreamTrack | null} track
   * @param {Partial<Publication>} [limits]
   */
  async replace(source, track, limits = {}) {
    const publication = this.#publications.get(source);
    if (!publication) return;
    if (track) this.#publications.set(source, { ...publication, ...limits, track });
    await this.sending?.replace(source, track);
    if (track && Object.keys(limits).length) await this.sending?.limit(source, limits);
  }

  /**
   * Makes one connection anew.
   *
   * @param {Side} side
   */
  async restart(side) {
    clearTimeout(this.#timers[side]);
    this.#timers[side] = undefined;
    this.#open(side);
    try {
      await this.#call("restart", { pc: side });
      if (side === "publish") await this.#publishAll();
    } catch (error) {
      this.#interrupted(error);
    }
  }

  close() {
    this.#round += 1;
    clearTimeout(this.#rejoin);
    this.#throwAway();
    this.#publications.clear();
    this.#setStatus("off");
  }

  /**
   * After `join`: keep what lives, make what does not.
   *
   * @param {Side} side
   * @param {boolean} existing whether the engine has connections of mine
   */
  async #settle(side, existing) {
    const connection = side === "publish" ? this.sending : this.receiving;
    const alive = connection && !["failed", "closed"].includes(connection.pc.connectionState);
    if (existing && alive) {
      if (side === "publish") await this.#publishAll();
    } else if (existing || connection) {
      // The engine's and ours are not a pair: a page that was loaded again, or an engine that forgot.
      this.#heldOffer = null;
      await this.restart(side);
    } else {
      this.#open(side);
      if (side === "publish") await this.#publishAll();
    }
    if (side === "subscribe" && this.#heldOffer) {
      const offer = this.#heldOffer;
      this.#heldOffer = null;
      await this.#answer(offer);
    }
  }

  async #publishAll() {
    for (const { source, track } of this.#publications.values()) {
      if (track.readyState !== "live") this.#publications.delete(source); // closed meanwhile; published anew when opened
    }
    const wanted = [...this.#publications.values()];
    if (!wanted.length || !this.sending) return;
    try {
      await this.sending.publish(wanted);
    } catch (error) {
      if (isInterruption(error)) throw error;
      // One that is not allowed any more must not silence the others.
      for (const one of wanted) await this.#publishOrGiveUp(one);
    }
    this.#changed();
  }

  /** @param {Publication} publication */
  async #publishOrGiveUp(publication) {
    try {
      await this.sending?.publish([publication]);
    } catch (error) {
      if (isInterruption(error)) throw error;
      this.#publications.delete(publication.source);
      this.#refused(publication.source, /** @type {RefusedError} */ (error));
    }
  }

  /** @param {SubscribeOffer} offer */
  async #answer(offer) {
    if (!this.receiving) return;
    try {
      await this.receiving.answer(offer);
    } catch (error) {
      if (isInterruption(error)) return this.#interrupted(error);
      console.warn("The engine's offer could not be answered; starting anew.", error);
      this.#planRestart("subscribe");
    }
  }

  /**
   * Offline: the way back into the room leads to `join` again. Anything else: the engine is away, and is looked for.
   *
   * @param {unknown} error
   */
  #interrupted(error) {
    if (/** @type {RefusedError} */ (error).code === "offline" || this.status === "off") return;
    if (/** @type {RefusedError} */ (error).code !== "media_unavailable") console.warn("Media are interrupted", error);
    this.lost();
  }

  /** @param {Side} side */
  #open(side) {
    const options = {
      iceServers: this.#iceServers,
      iceTransportPolicy: this.#policy(side),
      call: (/** @type {string} */ method, /** @type {object} */ params) => this.#call(method, params),
      changed: () => this.#connectionChanged(side),
    };
    if (side === "publish") {
      this.sending?.close();
      this.sending = new PublishConnection(options);
    } else {
      this.receiving?.close();
      this.receiving = new SubscribeConnection(options);
    }
  }

  /**
   * ICE itself tries the direct way and each relay. Where that failed, every other try goes through a relay alone, for
   * networks that let the first packets pass and then no more.
   *
   * @param {Side} side
   * @returns {RTCIceTransportPolicy}
   */
  #policy(side) {
    const relays = this.#iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith("turn")));
    return relays && this.#failures[side] % 2 === 1 ? "relay" : "all";
  }

  /** @param {Side} side */
  #connectionChanged(side) {
    const state = (side === "publish" ? this.sending : this.receiving)?.pc.connectionState;
    if (state === "connected") {
      this.#failures[side] = 0;
      clearTimeout(this.#timers[side]);
      this.#timers[side] = undefined;
    } else if (state === "failed") {
      this.#planRestart(side);
    } else if (state === "disconnected") {
      this.#timers[side] ??= setTimeout(() => this.#planRestart(side), PATIENCE_MS);
    }
    this.#changed();
  }

  /** @param {Side} side */
  #planRestart(side) {
    clearTimeout(this.#timers[side]);
    const pause = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** this.#failures[side]);
    this.#failures[side] += 1;
    this.#timers[side] = setTimeout(() => this.restart(side), pause);
  }

  #throwAway() {
    for (const side of /** @type {Side[]} */ (["publish", "subscribe"])) {
      clearTimeout(this.#timers[side]);
      this.#timers[side] = undefined;
      this.#failures[side] = 0;
    }
    this.sending?.close();
    this.receiving?.close();
    this.sending = null;
    this.receiving = null;
    this.#heldOffer = null;
  }

  /** @param {MediaSession["status"]} status */
  #setStatus(status) {
    this.status = status;
    this.#changed();
  }
}

/** Not a refusal of what was asked for: it can be had later. @param {unknown} error */
function isInterruption(error) {
  return !(error instanceof RefusedError) || ["offline", "media_unavailable"].includes(error.code);
}
