/**
 * The room's media as the page sees it: my microphone and camera, the others' pictures and voices. Works before joining
 * (preview, level) and goes on by itself through every break. Fires `change`.
 *
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").Translate} Translate
 * @typedef {import("./publish.js").Publication} Publication
 * @typedef {{call: (method: string, params?: object) => Promise<any>, act: (name: string, data: object) => Promise<unknown>,
 *   mayPublish: (source: Source) => boolean, myTracks: () => readonly Track[], notice: (kind: "info" | "warning" | "error", text: string) => void,
 *   t: Translate}} Room   what the media need of the room
 */
import { RefusedError } from "../errors.js";
import { Camera, Microphone } from "./capture.js";
import { Devices } from "./devices.js";
import { Playback } from "./playback.js";
import { RESOLUTIONS, verdict } from "./quality.js";
import { MediaSession } from "./session.js";
import { MediaStats } from "./stats.js";

const MEASURE_MS = 3_000;
const VOICE_BITRATE_BPS = 40_000;

export class RoomMedia extends EventTarget {
  /** Who speaks: the loudest first. @type {{dominant: string | null, ranked: string[], levels: Record<string, number>}} */
  speakers = { dominant: null, ranked: [], levels: {} };
  /** @type {"good" | "fair" | "poor" | "down"} */
  quality = "down";
  /** For support: what is measured, refreshed every few seconds. @type {object} */
  details = {};

  #room;
  #session;
  #playback;
  #stats = new MediaStats();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #measuring;

  /**
   * @param {Room} room
   * @param {{devices?: Devices}} [outside]
   */
  constructor(room, { devices = new Devices() } = {}) {
    super();
    this.#room = room;
    this.devices = devices;
    this.microphone = new Microphone(devices, "microphone", room.t);
    this.camera = new Camera(devices, "camera", room.t);
    this.#session = new MediaSession({ call: room.call, changed: () => this.#connectionChanged() });
    this.#playback = new Playback(() => this.#changed());
    this.#playback.setVolume(devices.choices.speakerVolume);
    this.microphone.setVolume(devices.choices.microphoneVolume);
    for (const part of [devices, this.microphone, this.camera]) part.addEventListener("change", () => this.#changed());
    devices.addEventListener("choice", (event) => this.#chosen(/** @type {CustomEvent} */ (event).detail.kind));
    this.microphone.addEventListener("ended", () => this.#gone("microphone"));
    this.camera.addEventListener("ended", () => this.#gone("camera"));
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
  async start({ audio = false, video = false }) {
    if (audio && video) {
      try {
        for (const track of await this.devices.open({ audio, video })) {
          (track.kind === "audio" ? this.microphone : this.camera).adopt(track);
        }
      } catch {
        // One of them is missing or refused: ask for each by itself, which says which.
      }
    }
    await Promise.all([audio && this.setMicrophoneOn(true), video && this.setCameraOn(true)]);
  }

  /**
   * Opens or silences my microphone. Rejects with RefusedError where I may not speak.
   *
   * @param {boolean} on
   */
  async setMicrophoneOn(on) {
    if (!on) {
      this.microphone.mute();
      await this.#tellMuted("microphone", true);
      return;
    }
    this.#mustBeAllowed("microphone");
    const published = this.#session.has("microphone");
    if (published) await this.#tellMuted("microphone", false);
    if (!(await this.microphone.open())) {
      if (published) await this.#tellMuted("microphone", true);
      return;
    }
    const { track } = this.microphone;
    if (track && published) await this.#session.replace("microphone", track);
    else if (track) await this.#publish({ source: "microphone", track, maxBitrate: VOICE_BITRATE_BPS });
  }

  /** @param {boolean} on */
  async setCameraOn(on) {
    if (!on) {
      this.camera.close();
      await this.#session.replace("camera", null);
      await this.#tellMuted("camera", true);
      return;
    }
    this.#mustBeAllowed("camera");
    if (!(await this.camera.open()) || !this.camera.track) return;
    const { track } = this.camera;
    if (this.#session.has("camera")) {
      await this.#session.replace("camera", track, this.#cameraLimits());
      await this.#tellMuted("camera", false);
    } else {
      await this.#publish({ source: "camera", track, ...this.#cameraLimits() });
    }
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
   * What I send; the camera also before joining.
   *
   * @param {Source} source
   */
  localStream(source) {
    if (source === "camera") return this.camera.stream;
    if (source === "microphone") return this.microphone.stream;
    return this.#shown.get(source)?.stream ?? null;
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
    this.#mustBeAllowed(source);
    const stop = async () => {
      if (this.#shown.get(source)?.track !== track) return;
      this.#shown.delete(source);
      track.stop();
      await this.#session.unpublish(source);
      this.#changed();
    };
    this.#shown.set(source, { track, stream: new MediaStream([track]) });
    track.addEventListener("ended", stop, { once: true });
    try {
      await this.#session.publish([publication]);
    } catch (error) {
      this.#shown.delete(source);
      throw error;
    }
    this.#changed();
    const session = this.#session;
    return { get id() { return session.id(source); }, stop };
  }

  /** @type {Map<Source, {track: MediaStreamTrack, stream: MediaStream}>} */
  #shown = new Map();

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
    for (const source of /** @type {const} */ (["microphone", "camera"])) {
      const { on, track } = this[source];
      if (!on || !track || this.#session.has(source)) continue;
      const limits = source === "camera" ? this.#cameraLimits() : { maxBitrate: VOICE_BITRATE_BPS };
      await this.#session.publish([{ source, track, ...limits }]);
    }
    this.#measuring ??= setInterval(() => this.#measure(), MEASURE_MS);
    await this.#session.join(ice_servers);
    await this.#unmuteKept();
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
    const microphone = tracks.find(({ source }) => source === "microphone");
    if (this.#session.has("microphone") && (microphone?.muted || microphone?.blocked)) this.silence("microphone");
    this.rightsChanged();
  }

  /** I may perhaps not speak any more. */
  rightsChanged() {
    if (this.microphone.on && !this.#room.mayPublish("microphone")) this.silence("microphone");
  }

  /**
   * Somebody who may do so turned it off: the device itself is let go.
   *
   * @param {Source} source
   */
  silence(source) {
    if (source === "microphone") this.microphone.close();
    if (source === "camera") this.camera.close();
  }

  /** Out of the room: devices off, connections closed. */
  close() {
    clearInterval(this.#measuring);
    this.#measuring = undefined;
    for (const { track } of this.#shown.values()) track.stop();
    this.#shown.clear();
    this.microphone.close();
    this.camera.close();
    this.#session.close();
  }

  /** @param {Publication} publication */
  async #publish(publication) {
    if (this.#session.status === "off") return; // before joining: `enter` publishes what is on
    await this.#session.publish([publication]);
    await this.#unmuteKept();
  }

  /** The room keeps what it knew of a track through a page that was loaded again; now it is open. */
  async #unmuteKept() {
    for (const source of /** @type {const} */ (["microphone", "camera"])) {
      const known = this.#room.myTracks().find(({ id }) => id === this.#session.id(source));
      if (known?.muted && this[source].on) await this.#tellMuted(source, false);
    }
  }

  /**
   * @param {"microphone" | "camera"} source
   * @param {boolean} muted
   */
  async #tellMuted(source, muted) {
    const track = this.#session.id(source);
    if (track) await this.#room.act("set_track_muted", { track, muted });
  }

  /** @param {"microphone" | "camera"} source */
  async #gone(source) {
    const part = source === "microphone" ? this.microphone : this.camera;
    if (part.error) this.#room.notice("warning", part.error.message);
    await this.#session.replace(source, null);
    await this.#tellMuted(source, true).catch((error) => console.warn("Mute after an unplugged device", error));
  }

  /** @param {Source} source */
  #mustBeAllowed(source) {
    if (this.#room.mayPublish(source)) return;
    const { t } = this.#room;
    throw new RefusedError(
      "not_allowed",
      source === "microphone" ? t("Ask for the floor first: raise your hand.") : t("A presenter decides who may show."),
    );
  }

  #cameraLimits() {
    const { frameRate, maxBitrate } = RESOLUTIONS[this.devices.choices.resolution];
    return { maxBitrate, maxFramerate: frameRate };
  }

  /** @param {string} kind a choice that was changed while things run */
  async #chosen(kind) {
    const { choices } = this.devices;
    if (kind === "speaker") await this.#playback.setSpeaker(choices.speaker);
    if (kind === "speakerVolume") this.#playback.setVolume(choices.speakerVolume);
    if (kind === "microphoneVolume") {
      this.microphone.setVolume(choices.microphoneVolume);
      if (this.microphone.on) await this.#session.replace("microphone", this.microphone.track);
    }
    if (kind === "microphone" && this.microphone.on) {
      this.microphone.close();
      await this.setMicrophoneOn(true);
    }
    if ((kind === "camera" || kind === "resolution") && this.camera.on) {
      this.camera.close();
      await this.setCameraOn(true);
    }
  }

  #connectionChanged() {
    this.#playback.play(this.remoteTracks().filter(({ kind }) => kind === "audio").map(({ stream }) => stream));
    if (this.#session.status !== "up") this.quality = "down";
    this.#changed();
  }

  /** @param {RoomMedia["speakers"]} speakers */
  #setSpeakers(speakers) {
    this.speakers = { dominant: speakers.dominant ?? null, ranked: speakers.ranked ?? [], levels: speakers.levels ?? {} };
    this.#changed();
  }

  async #measure() {
    const connections = [this.#session.sending?.pc, this.#session.receiving?.pc];
    const measured = await this.#stats.measure(connections);
    const connected = this.#session.status === "up" && connections.every((pc) => !pc || ["connected", "new"].includes(pc.connectionState));
    this.quality = verdict({ ...measured, connected });
    this.details = { engine: this.#session.status, ...measured };
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
