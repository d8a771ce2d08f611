/**
 * My microphone and my camera: open or closed, and the track to send. They know nothing of the room.
 *
 * @typedef {import("./devices.js").Devices} Devices
 * @typedef {import("./devices.js").DeviceError} DeviceError
 */
import { deviceError } from "./devices.js";
import { Amplifier, audioContext, LevelMeter } from "./level.js";

/** Fires `change`, and `ended` when the device goes away by itself. */
class Capture extends EventTarget {
  /** Capturing and meant for the others. */
  on = false;
  /** Why it could not be opened. @type {DeviceError | null} */
  error = null;

  /** @type {MediaStreamTrack | null} */
  _captured = null;
  /** @type {MediaStream | null} */
  _stream = null;

  /**
   * @param {Devices} devices
   * @param {"camera" | "microphone"} kind
   * @param {import("../types.js").Translate} t
   */
  constructor(devices, kind, t) {
    super();
    this.devices = devices;
    this.kind = kind;
    this.t = t;
  }

  /** Is there a device, as far as the browser says? */
  get available() {
    return this.devices.possible && this.devices[this.kind === "camera" ? "cameras" : "microphones"].length > 0;
  }

  /** For showing to myself; the same object while the device is open. */
  get stream() {
    return this._stream;
  }

  /** Opens the device unless it is open; rejects with nothing but says why in `error`, and answers whether it worked. */
  async open() {
    if (this._captured?.readyState !== "live") {
      try {
        const [track] = await this.devices.open(this.kind === "camera" ? { video: true } : { audio: true });
        this.adopt(track);
      } catch (error) {
        this.refused(error);
        return false;
      }
    }
    this.on = true;
    if (this._captured) this._captured.enabled = true;
    this._changed();
    return true;
  }

  /**
   * Takes a track that was opened elsewhere (both devices asked for at once).
   *
   * @param {MediaStreamTrack} track
   */
  adopt(track) {
    this._release();
    this.error = null;
    this._captured = track;
    this._stream = new MediaStream([track]);
    track.addEventListener("ended", () => {
      if (this._captured !== track) return;
      this.close();
      this.error = {
        code: "ended",
        message: this.kind === "camera" ? this.t("The camera was unplugged.") : this.t("The microphone was unplugged."),
      };
      this.dispatchEvent(new Event("ended"));
      this._changed();
    });
  }

  /** @param {unknown} error */
  refused(error) {
    this.error = deviceError(error, this.kind, this.t);
    this.on = false;
    this._changed();
  }

  /** Lets go of the device: its light goes out. */
  close() {
    this.on = false;
    this._release();
    this._changed();
  }

  _release() {
    this._captured?.stop();
    this._captured = null;
    this._stream = null;
  }

  _changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export class Camera extends Capture {
  /** What is sent. */
  get track() {
    return this.on ? this._captured : null;
  }
}

export class Microphone extends Capture {
  #volume = 1;
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {Amplifier | null} */
  #amplifier = null;

  /** Off, by me or by a presenter. */
  get muted() {
    return !this.on;
  }

  /** How loud it is now, 0..1; read it in an animation frame. */
  get level() {
    return this.on && this.#meter ? this.#meter.level : 0;
  }

  /** What is sent: the device's own track, or the amplified one when the volume was changed. */
  get track() {
    return this.#amplifier?.track ?? this._captured;
  }

  /** Silent at once, and open again without a delay; the device stays with us. */
  mute() {
    this.on = false;
    if (this._captured) this._captured.enabled = false;
    this._changed();
  }

  /** @param {MediaStreamTrack} track */
  adopt(track) {
    super.adopt(track);
    track.contentHint = "speech";
    this.#meter = new LevelMeter(track);
    this.#amplify();
  }

  /** @param {number} volume 0..2 */
  setVolume(volume) {
    this.#volume = volume;
    if (this.#amplifier && volume !== 1) this.#amplifier.volume = volume;
    else this.#amplify();
    this._changed();
  }

  /** At volume 1 the device's track goes out untouched: no detour, and no silence from a sleeping AudioContext. */
  #amplify() {
    this.#amplifier?.close();
    this.#amplifier = null;
    if (!this._captured || this.#volume === 1) return;
    const context = audioContext();
    if (context.state === "running") {
      this.#amplifier = new Amplifier(this._captured, this.#volume);
    } else {
      context.addEventListener("statechange", () => this.setVolume(this.#volume), { once: true });
    }
  }

  _release() {
    this.#meter?.close();
    this.#meter = null;
    this.#amplifier?.close();
    this.#amplifier = null;
    super._release();
  }
}
