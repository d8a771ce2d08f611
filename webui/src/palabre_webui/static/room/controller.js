/**
 * The room page's one non-visual object: it owns the connection, the room's state, the media and the plugins. Elements
 * read it, call its verbs, and draw again on 'change'.
 *
 * @typedef {import("./types.js").RoomConfig} RoomConfig
 * @typedef {import("./types.js").RoomState} RoomState
 * @typedef {import("./types.js").RoomEvent} RoomEvent
 * @typedef {import("./types.js").Participant} Participant
 * @typedef {import("./types.js").Refusal} Refusal
 * @typedef {import("./types.js").Translate} Translate
 * @typedef {"prejoin" | "connecting" | "waiting" | "in_room" | "reconnecting" | "closed"} Phase
 * @typedef {{socket: "up" | "down", media: "good" | "fair" | "poor" | "down", details: object}} Connection
 */
import { ConnectionDoctor } from "./doctor.js";
import { Emitter } from "./emitter.js";
import { RoomMedia } from "./media/media.js";
import { PluginHost } from "./plugins/host.js";
import { RoomProtocol } from "./protocol.js";
import { allowed } from "./rules.js";
import { frozen, participant, Reducers, track } from "./state.js";

/**
 * Fires `change`, at most once a microtask, whenever anything below changes, and `notice` with
 * `detail: {kind: "info" | "warning" | "error" | "question", text, actions}` for what should be said to the user.
 */
export class RoomController extends EventTarget {
  /** @type {Phase} */
  phase = "prejoin";
  /** Why we wait: "presenter", "locked" or "not_started". @type {string | null} */
  waitingReason = null;
  /** Why it is over. @type {Refusal | null} */
  closedReason = null;
  /** Frozen and replaced at each change; null before entering. @type {RoomState | null} */
  state = null;

  #protocol;
  #reducers = new Reducers();
  #events = new Emitter();
  #signals = new Emitter();
  #changing = false;

  /**
   * @param {RoomConfig} config
   * @param {{t: Translate, outside?: ConstructorParameters<typeof RoomProtocol>[2] & ConstructorParameters<typeof RoomMedia>[1]}} options
   */
  constructor(config, { t, outside }) {
    super();
    this.config = config;
    this.t = t;
    this.#protocol = new RoomProtocol(
      config,
      {
        phase: (phase, detail) => this.#phaseChanged(phase, detail),
        snapshot: (state) => this.#replaceState(state),
        event: (event) => this.#apply(event),
        signal: (signal) => this.#signals.emit(signal.kind, signal),
        media: (message) => this.media.receive(message),
        entered: ({ media, modulesChanged }) => this.#entered(media, modulesChanged),
      },
      outside,
    );
    this.media = new RoomMedia({
      call: (method, params) => this.#protocol.media(method, params),
      act: (name, data) => this.act(name, data),
      mayPublish: (source) => !this.me || this.canDo(`publish:${source}`),
      myTracks: () => this.me?.tracks ?? [],
      notice: (kind, text) => this.notice(kind, text),
      t,
    }, outside);
    this.plugins = new PluginHost(this, this.#reducers);
    this.doctor = new ConnectionDoctor(config, { t });
    this.media.addEventListener("change", () => this.#changed());
    this.plugins.addEventListener("change", () => this.#changed());
  }

  /** My participant id, once known. */
  get myId() {
    return this.#protocol.me?.id ?? null;
  }

  /** My participant in the state. */
  get me() {
    return this.state && this.myId ? participant(this.state, this.myId) : null;
  }

  /** @returns {Connection} */
  get connection() {
    const socket = this.phase === "reconnecting" || this.phase === "connecting" ? "down" : "up";
    return { socket, media: this.media.quality, details: this.media.details };
  }

  /**
   * May I? The same rules as the server's, for showing and hiding buttons.
   *
   * @param {string} act an act, or `publish:microphone`, `publish:camera`
   */
  canDo(act) {
    return allowed(this.state, this.me, act);
  }

  /**
   * Enters the room; resolves once inside or waiting. Rejects with RefusedError: the phase is then 'closed' when the link
   * leads nowhere any more, and 'prejoin' when another try may help (another name, a free place).
   *
   * @param {{name: string}} who
   */
  enter({ name }) {
    this.closedReason = null;
    return this.#protocol.enter(name);
  }

  async leave() {
    this.media.close();
    await this.#protocol.leave();
  }

  /** After the end: back to the page before joining. */
  rejoin() {
    this.state = null;
    this.closedReason = null;
    this.#protocol.reset();
  }

  /**
   * @param {string} name
   * @param {object} [data]
   * @returns {Promise<number>} the sequence number; rejects with RefusedError
   */
  async act(name, data = {}) {
    try {
      return await this.#protocol.act(name, data);
    } catch (error) {
      // Ending the meeting closes this page too, perhaps before the answer is here.
      if (name === "end_for_all" && /** @type {any} */ (error).code === "ended") return this.#protocol.seq;
      throw error;
    }
  }

  /**
   * @param {string} kind
   * @param {any} [data]
   * @param {string} [to] participant id
   */
  signal(kind, data, to) {
    this.#protocol.signal(kind, data, to);
  }

  /**
   * Calls `fn(event)` for each event of a kind ("*" for all), after the state has taken it in.
   *
   * @param {string} kind
   * @param {(event: RoomEvent) => void} fn
   * @returns {() => void} stops it
   */
  on(kind, fn) {
    return this.#events.on(kind, fn);
  }

  /**
   * @param {string} kind
   * @param {(signal: {kind: string, from: string, data: any}) => void} fn
   * @returns {() => void} stops it
   */
  onSignal(kind, fn) {
    return this.#signals.on(kind, fn);
  }

  /**
   * Asks the page to say something to the user.
   *
   * @param {"info" | "warning" | "error" | "question"} kind a question stays until it is answered or closed
   * @param {string} text in the user's language
   * @param {{label: string, onClick: () => void}[]} [actions]
   */
  notice(kind, text, actions = []) {
    this.dispatchEvent(new CustomEvent("notice", { detail: { kind, text, actions } }));
  }

  /** Asks the server for the state anew: what I may see has changed, or a plugin began to listen in mid-meeting. */
  refresh() {
    return this.phase === "in_room" ? this.#protocol.refresh() : Promise.resolve();
  }

  /**
   * @param {string} phase
   * @param {{reason?: string, refusal?: Refusal}} [detail]
   */
  #phaseChanged(phase, detail = {}) {
    this.phase = phase === "idle" ? "prejoin" : /** @type {Phase} */ (phase);
    this.waitingReason = phase === "waiting" ? (detail.reason ?? null) : null;
    if (phase === "closed") {
      this.closedReason = detail.refusal ?? null;
      this.media.close();
    }
    this.#changed();
  }

  /**
   * @param {any} media
   * @param {boolean} modulesChanged
   */
  #entered(media, modulesChanged) {
    this.media.enter(media ?? {});
    if (modulesChanged) this.notice("info", this.t("This page has been updated. Reload it when it suits you."));
    this.#changed();
  }

  /** @param {RoomState} state */
  #replaceState(state) {
    this.state = frozen(state);
    if (this.me) this.media.follow(this.me.tracks);
    this.#changed();
  }

  /** @param {RoomEvent} event */
  #apply(event) {
    if (!this.state || event.kind === "hidden") return;
    this.state = this.#reducers.reduce(this.state, event, (plugin, error) => this.plugins.failed(plugin, error));
    this.#obey(event);
    this.#events.emit(event.kind, event);
    this.#changed();
  }

  /**
   * What an event asks of this very page.
   *
   * @param {RoomEvent} event
   */
  #obey(event) {
    if (event.kind === "role_changed" && event.data.participant === this.myId) this.refresh();
    if (event.kind === "track_muted") this.#mutedBySomebody(event);
    if (["floor_taken", "microphones_set", "role_changed"].includes(event.kind)) this.media.rightsChanged();
  }

  /** @param {RoomEvent} event */
  #mutedBySomebody({ data }) {
    const muted = this.state && track(this.state, data.track);
    if (!muted || muted.participant.id !== this.myId || data.by === this.myId) return;
    this.media.silence(muted.track.source);
    if (muted.track.source !== "microphone") return;
    const by = this.state && participant(this.state, data.by ?? "");
    const text = by
      ? this.t("{name} turned your microphone off.", { name: by.name })
      : this.t("Your microphone was turned off.");
    this.notice("info", text);
  }

  #changed() {
    if (this.#changing) return;
    this.#changing = true;
    queueMicrotask(() => {
      this.#changing = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
