/**
 * My microphone and camera in the room: open, silent or closed, told to the room, and sent through the session. Before the
 * room is entered they are only opened; `publishOpen` then sends what is on.
 *
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./devices.js").Devices} Devices
 * @typedef {import("./session.js").MediaSession} MediaSession
 * @typedef {import("./media.js").Room} Room
 * @typedef {"microphone" | "camera"} OwnSource
 */
import { RefusedError } from "../errors.js";
import { Camera, Microphone } from "./capture.js";
import { RESOLUTIONS } from "./quality.js";

/** @type {readonly OwnSource[]} */
const SOURCES = ["microphone", "camera"];
const VOICE_BITRATE_BPS = 40_000;

export class OwnMedia {
  #room;
  #devices;
  #session;

  /**
   * @param {Room} room
   * @param {Devices} devices
   * @param {MediaSession} session
   * @param {() => void} changed
   */
  constructor(room, devices, session, changed) {
    this.#room = room;
    this.#devices = devices;
    this.#session = session;
    this.microphone = new Microphone(devices, "microphone", room.t);
    this.camera = new Camera(devices, "camera", room.t);
    this.microphone.setVolume(devices.choices.microphoneVolume);
    for (const source of SOURCES) {
      this[source].addEventListener("change", changed);
      this[source].addEventListener("ended", () => this.#gone(source));
    }
    devices.addEventListener("choice", (event) => this.#chosen(/** @type {CustomEvent} */ (event).detail.kind));
  }

  /** @param {{audio?: boolean, video?: boolean}} wanted */
  async start({ audio = false, video = false }) {
    if (audio && video) {
      try {
        for (const track of await this.#devices.open({ audio, video })) {
          (track.kind === "audio" ? this.microphone : this.camera).adopt(track);
        }
      } catch {
        // One of them is missing or refused: ask for each by itself, which says which.
      }
    }
    await Promise.all([audio && this.setMicrophoneOn(true), video && this.setCameraOn(true)]);
  }

  /** @param {boolean} on */
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
    if (published) await this.#session.replace("microphone", this.microphone.track);
    else await this.#publish("microphone");
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
    if (!(await this.camera.open())) return;
    if (this.#session.has("camera")) {
      await this.#session.replace("camera", this.camera.track, this.#limits("camera"));
      await this.#tellMuted("camera", false);
    } else {
      await this.#publish("camera");
    }
  }

  /** On entering: what is on becomes what the session sends as soon as it can. */
  async publishOpen() {
    await Promise.all(SOURCES.filter((source) => this[source].on && !this.#session.has(source)).map((source) => this.#send(source)));
  }

  /** The room keeps what it knew of a track through a page that was loaded again; now it is open. */
  async unmuteKept() {
    for (const source of SOURCES) {
      const known = this.#room.myTracks().find(({ id }) => id === this.#session.id(source));
      if (known?.muted && this[source].on) await this.#tellMuted(source, false);
    }
  }

  /** @param {readonly Track[]} tracks mine, as the room knows them after a break */
  follow(tracks) {
    const microphone = tracks.find(({ source }) => source === "microphone");
    if (this.#session.has("microphone") && (microphone?.muted || microphone?.blocked)) this.silence("microphone");
    this.rightsChanged();
  }

  /** I may perhaps not speak any more. */
  rightsChanged() {
    if (this.microphone.on && !this.#room.mayPublish("microphone")) this.silence("microphone");
  }

  /** @param {string} source */
  silence(source) {
    if (source === "microphone" || source === "camera") this[source].close();
  }

  close() {
    for (const source of SOURCES) this[source].close();
  }

  /** @param {OwnSource} source */
  async #publish(source) {
    if (this.#session.status === "off") return; // before joining: publishOpen
    try {
      await this.#send(source);
    } catch (error) {
      this[source].close();
      throw error;
    }
    await this.unmuteKept();
  }

  /** @param {OwnSource} source */
  async #send(source) {
    const { track } = this[source];
    if (track) await this.#session.publish([{ source, track, ...this.#limits(source) }]);
  }

  /** @param {OwnSource} source */
  #limits(source) {
    if (source === "microphone") return { maxBitrate: VOICE_BITRATE_BPS };
    const { frameRate, maxBitrate } = RESOLUTIONS[this.#devices.choices.resolution];
    return { maxBitrate, maxFramerate: frameRate };
  }

  /**
   * @param {OwnSource} source
   * @param {boolean} muted
   */
  async #tellMuted(source, muted) {
    const track = this.#session.id(source);
    if (track) await this.#room.act("set_track_muted", { track, muted });
  }

  /** @param {OwnSource} source its device went away by itself */
  async #gone(source) {
    const { error } = this[source];
    if (error) this.#room.notice("warning", error.message);
    await this.#session.replace(source, null);
    await this.#tellMuted(source, true).catch((failure) => console.warn("Could not tell that a device is gone", failure));
  }

  /** @param {OwnSource} source */
  #mustBeAllowed(source) {
    if (this.#room.mayPublish(source)) return;
    throw new RefusedError("not_allowed", this.#room.t("Raise your hand: a presenter gives you the floor to speak."));
  }

  /** @param {string} kind a choice that was changed while things run */
  async #chosen(kind) {
    if (kind === "microphoneVolume") {
      this.microphone.setVolume(this.#devices.choices.microphoneVolume);
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
}
