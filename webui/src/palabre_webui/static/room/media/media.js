/**
 * The room's media as the page sees it: my microphone and camera, the others' pictures and voices. Works before joining
 * (preview, level) and goes on by itself through every break. Fires `change`.
 *
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").Translate} Translate
 * @typedef {import("./publish.js").Publication} Publication
 * @typedef {{call: (method: string, params?: object) => Promise<any>, act: (name: string, data: object) => Promise<unknown>,
 *   mayPublish: (source: Source) => boolean, myTracks: () => readonly Track[],
 *   notice: (kind: "info" | "warning" | "error", text: string) => void, t: Translate}} Room   what the media need of the room
 */
import { Devices } from "./devices.js";
import { OwnMedia } from "./own_media.js";
import { Playback } from "./playback.js";
import { verdict } from "./quality.js";
import { MediaSession } from "./session.js";
import { MediaStats } from "./stats.js";

const MEASURE_MS = 3_000;

export class RoomMedia extends EventTarget {
  /** Who speaks: the loudest first. @type {{dominant: string | null, ranked: string[], levels: Record<string, number>}} */
  speakers = { dominant: null, ranked: [], levels: {} };
  /** @type {"good" | "fair" | "poor" | "down"} */
  quality = "down";
  /** For support: what is measured, refreshed every few seconds. @type {object} */
  details = {};

  #own;
  #session;
  #playback;
  #stats = new MediaStats();
  /** Tracks besides microphone and camera. @type {Map<Source, {track: MediaStreamTrack, stream: MediaStream}>} */
  #further = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #measuring;

  /**
   * @param {Room} room
   * @param {{devices?: Devices}} [outside]
   */
  constructor(room, { devices = new Devices() } = {}) {
    super();
    this.devices = devices;
    this.#session = new MediaSession({
      call: room.call,
      changed: () => this.#connectionChanged(),
      refused: (source, { message }) => {
        this.silence(source);
        room.notice("warning", message);
      },
    });
    this.#own = new OwnMedia(room, devices, this.#session, () => this.#changed());
    this.#playback = new Playback(() => this.#changed());
    this.#playback.setVolume(devices.choices.speakerVolume);
    this.#playback.setSpeaker(devices.choices.speaker);
    devices.addEventListener("change", () => this.#changed());
    devices.addEventListener("choice", () => {
      this.#playback.setVolume(devices.choices.speakerVolume);
      this.#playback.setSpeaker(devices.choices.speaker);
    });
  }

  /** `{available, on, muted, level, error}`; `level` is 0..1 now: read it in an animation frame. */
  get microphone() {
    return this.#own.microphone;
  }

  /** `{available, on, error}` */
  get camera() {
    return this.#own.camera;
  }

  /** The engine is away: the room goes on without pictures and voices. */
  get engineLost() {
    return this.#session.status === "lost";
  }

  /** The browser refused to play sound before the user touched the page. */
  get playBlocked() {
    return this.#playback.blocked;
  }

  resumePlayback() {
    return this.#playback.resume();
  }

  /**
   * Opens camera and microphone with one question to the user; each that fails says why in its `error`.
   *
   * @param {{audio?: boolean, video?: boolean}} wanted
   */
  start(wanted) {
    return this.#own.start(wanted);
  }

  /**
   * Opens or silences my microphone. Rejects with RefusedError where I may not speak.
   *
   * @param {boolean} on
   */
  setMicrophoneOn(on) {
    return this.#own.setMicrophoneOn(on);
  }

  /** @param {boolean} on */
  setCameraOn(on) {
    return this.#own.setCameraOn(on);
  }

  /** @param {number} volume 0..2; 1 leaves the sound as the device gives it */
  setMicrophoneVolume(volume) {
    this.devices.setChoice("microphoneVolume", volume);
  }

  /** @param {number} volume 0..1 */
  setSpeakerVolume(volume) {
    this.devices.setChoice("speakerVolume", volume);
  }

  /** Begins all sound anew: my microphone, the speaker, and the connection that brings the others. */
  async rejoinAudio() {
    const wasOn = this.microphone.on;
    this.microphone.close();
    await this.#playback.restart();
    if (this.#session.status === "up") await this.#session.restart("subscribe");
    if (wasOn) await this.setMicrophoneOn(true);
    await this.#playback.resume();
  }

  /**
   * What I send; camera and microphone also before joining.
   *
   * @param {Source} source
   */
  localStream(source) {
    if (source === "camera" || source === "microphone") return this.#own[source].stream;
    return this.#further.get(source)?.stream ?? null;
  }

  /**
   * What somebody else sends; the same object while that track lives. Show it in a muted element: voices play by
   * themselves.
   *
   * @param {string} participantId
   * @param {Source} source
   */
  stream(participantId, source) {
    return this.#session.receiving?.stream(participantId, source) ?? null;
  }

  /** Every track that is received now. */
  remoteTracks() {
    return [...(this.#session.receiving?.tracks.values() ?? [])];
  }

  /**
   * Sends a further track, such as a screen, until it is stopped or ends by itself.
   *
   * @param {Publication} publication
   * @returns {Promise<{id: string | null, stop: () => Promise<void>}>} rejects with RefusedError
   */
  async publish(publication) {
    const { source, track } = publication;
    const stop = async () => {
      if (this.#further.get(source)?.track === track) await this.#stop(source);
    };
    this.#further.set(source, { track, stream: new MediaStream([track]) });
    track.addEventListener("ended", stop, { once: true });
    try {
      await this.#session.publish([publication]);
    } catch (error) {
      this.#further.delete(source);
      throw error;
    }
    this.#changed();
    const session = this.#session;
    return { get id() { return session.id(source); }, stop };
  }

  /** Per track, with W3C's names; rates since the last call. */
  async stats() {
    return (await this.#stats.measure([this.#session.sending?.pc, this.#session.receiving?.pc])).tracks;
  }

  /**
   * Inside the room, for the first time or again.
   *
   * @param {{ice_servers?: import("../types.js").IceServer[]}} media
   */
  async enter({ ice_servers }) {
    await this.#own.publishOpen();
    this.#measuring ??= setInterval(() => this.#measure(), MEASURE_MS);
    await this.#session.join(ice_servers);
    await this.#own.unmuteKept();
  }

  /**
   * A `media` message of the server.
   *
   * @param {{event: string, data: any}} message
   */
  receive({ event, data }) {
    if (event === "offer") this.#session.offered(data);
    else if (event === "speakers") this.#setSpeakers(data);
    else if (event === "lost") this.#session.lost();
    else if (event === "back") this.#session.join();
    else if (event === "peer_state" && ["failed", "closed"].includes(data.state)) this.#session.restart(data.pc);
  }

  /**
   * After a break: a microphone that somebody muted meanwhile is closed.
   *
   * @param {readonly Track[]} tracks mine, as the room knows them
   */
  follow(tracks) {
    this.#own.follow(tracks);
  }

  /** I may perhaps not speak any more. */
  rightsChanged() {
    this.#own.rightsChanged();
  }

  /**
   * Somebody who may do so turned it off: the device itself is let go.
   *
   * @param {Source} source
   */
  silence(source) {
    if (this.#further.has(source)) this.#stop(source);
    else this.#own.silence(source);
  }

  /** Out of the room: devices off, connections closed. */
  close() {
    clearInterval(this.#measuring);
    this.#measuring = undefined;
    for (const { track } of this.#further.values()) track.stop();
    this.#further.clear();
    this.#own.close();
    this.#session.close();
    this.#setSpeakers({});
  }

  /** @param {Source} source */
  async #stop(source) {
    this.#further.get(source)?.track.stop();
    this.#further.delete(source);
    await this.#session.unpublish(source);
    this.#changed();
  }

  #connectionChanged() {
    this.#playback.play(this.remoteTracks().filter(({ kind }) => kind === "audio").map(({ stream }) => stream));
    if (this.#session.status !== "up") this.quality = "down";
    this.#changed();
  }

  /** @param {Partial<RoomMedia["speakers"]>} speakers */
  #setSpeakers({ dominant = null, ranked = [], levels = {} }) {
    this.speakers = { dominant, ranked, levels };
    this.#changed();
  }

  async #measure() {
    const connections = [this.#session.sending?.pc, this.#session.receiving?.pc];
    const measured = await this.#stats.measure(connections);
    const live = connections.every((pc) => !pc || ["connected", "new"].includes(pc.connectionState));
    this.quality = verdict({ ...measured, connected: this.#session.status === "up" && live });
    this.details = { engine: this.#session.status, ...measured };
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
