/**
 * The client's side of the room's protocol (docs/protocol.md): Socket.IO in the namespace `/room`, over websocket
 * alone. It knows how to enter, to come back after a break as the same participant, to bring acts through exactly
 * once, and to hand out events in the journal's order. It knows nothing of what events mean.
 */
import { io as connectSocket } from "socket.io-client";

import { accepted, RefusedError } from "./errors.js";
import { t } from "./i18n.js";
import { JournalCursor } from "./journal.js";
import { Outbox } from "./outbox.js";
import { Retries } from "./reconnect.js";

/**
 * @typedef {import("./types.js").RoomConfig} RoomConfig
 * @typedef {import("./types.js").RoomEvent} RoomEvent
 * @typedef {import("./types.js").RoomState} RoomState
 * @typedef {import("./types.js").Refusal} Refusal
 * @typedef {{id: string, secret: string, role?: string}} Credentials
 * @typedef {"idle" | "connecting" | "waiting" | "in_room" | "reconnecting" | "closed"} Phase
 *
 * @typedef {object} Listener   what the protocol tells its owner
 * @property {(phase: Phase, detail?: {reason?: string, refusal?: Refusal}) => void} phase
 * @property {(state: RoomState) => void} snapshot     a fresh state, replacing what was known
 * @property {(event: RoomEvent) => void} event        in order, each once, after the snapshot before it
 * @property {(signal: {kind: string, from: string, data: any}) => void} signal
 * @property {(message: {event: string, data: any}) => void} media
 * @property {(entered: {media: any, resumed: boolean, modulesChanged: boolean}) => void} entered
 */

/** Another name, another moment: the way in is still open. */
const TRY_AGAIN = ["bad_name", "bad_payload", "room_full", "too_fast", "too_large"];
const ANSWER_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;

export class RoomProtocol {
  /** @type {Phase} */
  phase = "idle";
  /** @type {Credentials | null} */
  me = null;

  #config;
  #listener;
  #storage;
  #connectSocket;
  /** @type {import("socket.io-client").Socket | null} */
  #socket = null;
  #name = "";
  #cursor = new JournalCursor();
  #catchingUp = false;
  #outbox = new Outbox((act) => this.#request("act", act));
  /** @type {{resolve: () => void, reject: (error: Error) => void} | null} */
  #firstEntry = null;
  #retries = new Retries(() => this.#socket?.connect());

  /**
   * @param {RoomConfig} config
   * @param {Listener} listener
   * @param {{storage?: Pick<Storage, "getItem" | "setItem" | "removeItem">, connectSocket?: typeof connectSocket}} [outside]
   */
  constructor(config, listener, outside = {}) {
    this.#config = config;
    this.#listener = listener;
    this.#storage = outside.storage ?? sessionStorage;
    this.#connectSocket = outside.connectSocket ?? connectSocket;
  }

  get connected() {
    return this.#socket?.connected ?? false;
  }

  /** The last event applied; -1 before entering. */
  get seq() {
    return this.#cursor.seq;
  }

  /**
   * Connects and enters, or comes back as the participant that this tab was. Resolves once inside or in the waiting
   * room; rejects with the refusal.
   *
   * @param {string} name
   * @returns {Promise<void>}
   */
  enter(name) {
    this.#name = name;
    this.me = this.#remembered();
    this.#setPhase("connecting");
    return new Promise((resolve, reject) => {
      this.#firstEntry = { resolve, reject };
      this.#socket ??= this.#openSocket();
      if (this.#socket.connected) this.#enter();
      else this.#socket.connect();
    });
  }

  /**
   * Resolves with the act's sequence number. The act goes out when the connection is there, and again after a break
   * until it is answered; its id makes that harmless.
   *
   * @param {string} name
   * @param {object} [data]
   * @returns {Promise<number>}
   */
  act(name, data = {}) {
    if (!["in_room", "reconnecting"].includes(this.phase)) {
      return Promise.reject(new RefusedError("not_in_room", t("You are not in the meeting")));
    }
    return this.#outbox.add(name, data, this.phase === "in_room");
  }

  /**
   * Shown and forgotten: not sent at all while disconnected.
   *
   * @param {string} kind
   * @param {any} [data]
   * @param {string} [to] participant id; everybody when absent
   */
  signal(kind, data = {}, to) {
    if (this.phase === "in_room") this.#socket?.volatile.emit("signal", to ? { kind, data, to } : { kind, data });
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>} the result; rejects with RefusedError, code `offline` when the connection broke
   */
  async media(method, params = {}) {
    return accepted(await this.#request("media", { method, params })).result;
  }

  /** Replaces the state by a fresh snapshot: what this participant may see has changed. */
  async refresh() {
    this.#cursor.pause();
    await this.#since(-1);
  }

  /** Says good-bye and forgets who this tab was. */
  async leave() {
    const inside = this.phase === "in_room";
    this.#storage.removeItem(this.#key);
    if (inside) await this.act("leave").catch(() => undefined); // gone already: that is what was wanted
    this.#close({ code: "left", message: "" });
  }

  /** As if the page were new. */
  reset() {
    this.disconnect();
    this.me = null;
    this.#socket = null;
    this.#cursor = new JournalCursor();
  }

  /** Ends the connection at once, as a closed tab does: the room keeps the participant for a while. */
  disconnect() {
    this.#retries.done();
    this.#setPhase("idle");
    this.#socket?.disconnect();
  }

  #openSocket() {
    const { link, language, protocol } = this.#config;
    const socket = this.#connectSocket(`${this.#config.socket ?? ""}/room`, {
      transports: ["websocket"],
      auth: { link, language, protocol },
      autoConnect: false,
      reconnection: false, // Retries is quicker, and also listens to the network and the page
      timeout: CONNECT_TIMEOUT_MS,
      forceNew: true,
    });
    socket.on("connect", () => this.#enter());
    socket.on("connect_error", (error) => this.#couldNotConnect(error));
    socket.on("disconnect", () => this.#connectionBroke());
    socket.on("event", (event) => this.#receive([event]));
    socket.on("signal", (signal) => this.#listener.signal(signal));
    socket.on("media", (message) => this.#listener.media(message));
    socket.on("admitted", () => this.#enter());
    socket.on("closed", (refusal) => this.#close(refusal));
    // A machine that lost its network learns it here, not when the heartbeat runs out.
    globalThis.addEventListener?.("offline", () => socket.io.engine?.close());
    return socket;
  }

  async #enter() {
    const participant = this.me ? { id: this.me.id, secret: this.me.secret, seq: this.#cursor.seq } : undefined;
    try {
      const answer = accepted(await this.#request("enter", { name: this.#name, participant }));
      this.#retries.done();
      this.me = { ...this.me, ...answer.me };
      this.#remember();
      if (answer.status === "waiting") this.#setPhase("waiting", { reason: answer.reason });
      else this.#entered(answer);
      this.#firstEntry?.resolve();
      this.#firstEntry = null;
    } catch (error) {
      this.#entryFailed(/** @type {RefusedError} */ (error));
    }
  }

  /** @param {any} answer */
  #entered(answer) {
    if (answer.state) this.#replace(answer.state, answer.seq);
    if (answer.events) this.#receive(answer.events);
    this.#setPhase("in_room");
    this.#listener.entered({
      media: answer.media,
      resumed: Boolean(answer.resumed),
      modulesChanged: Boolean(answer.modules_changed),
    });
    this.#outbox.sendAll();
  }

  /** @param {RefusedError} error */
  #entryFailed(error) {
    if (error.code === "offline") return; // 'disconnect' has planned the next try
    if (this.me && ["unknown_participant", "not_in_room"].includes(error.code)) {
      // The room has let this participant go meanwhile: come in as a new one.
      this.me = null;
      this.#storage.removeItem(this.#key);
      this.#enter();
      return;
    }
    if (this.#firstEntry && TRY_AGAIN.includes(error.code)) {
      this.disconnect();
      this.#firstEntry.reject(error);
      this.#firstEntry = null;
      return;
    }
    this.#close({ code: error.code, message: error.message });
  }

  /** @param {readonly RoomEvent[]} events */
  #receive(events) {
    for (const event of this.#cursor.take(events)) this.#listener.event(event);
    if (this.#cursor.gap) this.#since(this.#cursor.seq);
  }

  /**
   * @param {RoomState} state
   * @param {number} seq
   */
  #replace(state, seq) {
    const following = this.#cursor.reset(seq);
    this.#listener.snapshot(state);
    for (const event of following) this.#listener.event(event);
  }

  /** @param {number} seq */
  async #since(seq) {
    if (this.#catchingUp && seq >= 0) return;
    this.#catchingUp = true;
    try {
      const answer = accepted(await this.#request("since", { seq }));
      if (answer.state) this.#replace(answer.state, answer.seq);
      else for (const event of this.#cursor.take(answer.events)) this.#listener.event(event);
    } catch (error) {
      // Offline: coming back brings a snapshot. Anything else: go on with what is known.
      for (const event of this.#cursor.resume()) this.#listener.event(event);
      if (!(error instanceof RefusedError && error.code === "offline")) console.warn("Could not catch up", error);
    } finally {
      this.#catchingUp = false;
    }
  }

  /** @param {Error & {data?: Refusal}} error */
  #couldNotConnect(error) {
    if (error.data?.code) this.#close(error.data);
    else if (this.phase !== "closed" && this.phase !== "idle") this.#retries.plan();
  }

  #connectionBroke() {
    if (this.phase === "closed" || this.phase === "idle") return;
    if (this.phase !== "connecting") this.#setPhase("reconnecting");
    this.#retries.plan();
  }

  /** @param {Refusal} refusal */
  #close(refusal) {
    if (this.phase === "closed") return;
    this.#retries.done();
    // 'replaced': another tab took over with the same credentials, which are therefore still good there.
    if (refusal.code !== "replaced") this.#storage.removeItem(this.#key);
    this.#setPhase("closed", { refusal });
    this.#socket?.disconnect();
    const error = new RefusedError(refusal.code, refusal.message);
    this.#outbox.rejectAll(error);
    this.#firstEntry?.reject(error);
    this.#firstEntry = null;
  }

  /**
   * @param {string} message
   * @param {object} data
   * @returns {Promise<any>} the acknowledgement; rejects with code `offline` when the connection breaks before it
   */
  async #request(message, data) {
    const socket = this.#socket;
    if (!socket?.connected) throw offline();
    try {
      return await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(message, data);
    } catch {
      // No answer for long on a connection that looks alive: it is not, or the other end is stuck. Start anew.
      if (socket.connected) socket.io.engine?.close();
      throw offline();
    }
  }

  /**
   * @param {Phase} phase
   * @param {{reason?: string, refusal?: Refusal}} [detail]
   */
  #setPhase(phase, detail) {
    this.phase = phase;
    this.#listener.phase(phase, detail);
  }

  get #key() {
    return `palabre.participant.${this.#config.link}`;
  }

  #remember() {
    this.#storage.setItem(this.#key, JSON.stringify({ id: this.me?.id, secret: this.me?.secret }));
  }

  /** @returns {Credentials | null} */
  #remembered() {
    return JSON.parse(this.#storage.getItem(this.#key) ?? "null");
  }
}

function offline() {
  return new RefusedError("offline", t("Connection lost. Coming back…"));
}
