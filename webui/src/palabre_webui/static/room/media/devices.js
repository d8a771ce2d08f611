/**
 * Cameras, microphones and speakers: which there are, which was chosen (remembered on this machine), and opening one.
 * Fires `change`.
 *
 * @typedef {import("./quality.js").Resolution} Resolution
 * @typedef {"camera" | "microphone" | "speaker"} DeviceKind
 * @typedef {{id: string, label: string}} Device
 * @typedef {{code: "denied" | "none" | "busy" | "insecure" | "failed" | "ended", message: string}} DeviceError
 * @typedef {{camera: string, microphone: string, speaker: string, resolution: Resolution,
 *   microphoneVolume: number, speakerVolume: number}} Choices   ids; "" for the browser's own choice
 */
import { RESOLUTIONS } from "./quality.js";

const REMEMBERED = "palabre.devices";
const KINDS = { videoinput: "cameras", audioinput: "microphones", audiooutput: "speakers" };
/** @type {Choices} */
const DEFAULTS = { camera: "", microphone: "", speaker: "", resolution: "standard", microphoneVolume: 1, speakerVolume: 1 };

export class Devices extends EventTarget {
  /** @type {Device[]} */
  cameras = [];
  /** @type {Device[]} */
  microphones = [];
  /** @type {Device[]} */
  speakers = [];
  /** "prompt" where the browser does not say. @type {{camera: PermissionState, microphone: PermissionState}} */
  permission = { camera: "prompt", microphone: "prompt" };
  /** @type {Readonly<Choices>} */
  choices;

  #storage;
  #media;

  /** @param {{storage?: Pick<Storage, "getItem" | "setItem">, mediaDevices?: MediaDevices}} [outside] */
  constructor({ storage = localStorage, mediaDevices = navigator.mediaDevices } = {}) {
    super();
    this.#storage = storage;
    this.#media = mediaDevices;
    this.choices = Object.freeze({ ...DEFAULTS, ...remembered(storage) });
    this.#media?.addEventListener("devicechange", () => this.refresh());
  }

  /** Whether the page may ask at all: browsers give devices only to https pages and to this machine's own. */
  get possible() {
    return Boolean(this.#media?.getUserMedia);
  }

  /** Whether the speaker can be chosen here (not in Safari). */
  get speakerSelectable() {
    return "setSinkId" in (globalThis.HTMLMediaElement?.prototype ?? {});
  }

  /** Looks again which devices there are; labels are empty until permission was given. */
  async refresh() {
    if (!this.possible) return;
    const found = await this.#media.enumerateDevices();
    for (const [kind, list] of Object.entries(KINDS)) {
      this[/** @type {"cameras" | "microphones" | "speakers"} */ (list)] = found
        .filter((device) => device.kind === kind && !["default", "communications"].includes(device.deviceId))
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    }
    await Promise.all([this.#askPermission("camera"), this.#askPermission("microphone")]);
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Remembers a choice. What is running is changed by RoomMedia, which listens.
   *
   * @template {keyof Choices} K
   * @param {K} kind
   * @param {Choices[K]} value
   */
  setChoice(kind, value) {
    if (this.choices[kind] === value) return;
    this.choices = Object.freeze({ ...this.choices, [kind]: value });
    this.#storage.setItem(REMEMBERED, JSON.stringify(this.choices));
    this.dispatchEvent(new CustomEvent("choice", { detail: { kind } }));
    this.dispatchEvent(new Event("change"));
  }

  /** @param {() => void} fn */
  onChange(fn) {
    this.addEventListener("change", fn);
    return () => this.removeEventListener("change", fn);
  }

  /**
   * Opens the chosen devices, asking for permission once for both; a chosen one that is gone gives way to any other.
   * What is chosen otherwise while the browser asks or the device starts is opened instead.
   *
   * @param {{audio?: boolean, video?: boolean}} wanted
   * @returns {Promise<MediaStreamTrack[]>} rejects with the browser's DOMException
   */
  async open({ audio = false, video = false }) {
    if (!this.possible) throw new DOMException("Not a secure page", "SecurityError");
    const { choices } = this;
    const tracks = await this.#openChosen({ audio, video });
    const meanwhile = (/** @type {keyof Choices} */ kind) => this.choices[kind] !== choices[kind];
    if (!((audio && meanwhile("microphone")) || (video && (meanwhile("camera") || meanwhile("resolution"))))) return tracks;
    for (const track of tracks) track.stop();
    return this.open({ audio, video });
  }

  /** @param {{audio: boolean, video: boolean}} wanted */
  async #openChosen({ audio, video }) {
    const { camera, microphone, resolution } = this.choices;
    try {
      const stream = await this.#media.getUserMedia({
        audio: audio && audioConstraints(microphone),
        video: video && videoConstraints(camera, resolution),
      });
      this.refresh();
      return stream.getTracks();
    } catch (error) {
      const chosen = (audio && microphone) || (video && camera);
      const name = /** @type {DOMException} */ (error).name;
      if (!chosen || !["OverconstrainedError", "NotFoundError"].includes(name)) throw error;
      const stream = await this.#media.getUserMedia({
        audio: audio && audioConstraints(""),
        video: video && videoConstraints("", resolution),
      });
      this.refresh();
      return stream.getTracks();
    }
  }

  /** @param {"camera" | "microphone"} kind */
  async #askPermission(kind) {
    try {
      const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (kind) });
      this.permission = { ...this.permission, [kind]: status.state };
    } catch {
      // Firefox and older Safari know no such permission name: labels tell that it was given.
      const list = kind === "camera" ? this.cameras : this.microphones;
      this.permission = { ...this.permission, [kind]: list.some((device) => device.label) ? "granted" : "prompt" };
    }
  }
}

/** @param {string} id */
function audioConstraints(id) {
  return { ...chosen(id), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
}

/**
 * @param {string} id
 * @param {Resolution} resolution
 */
function videoConstraints(id, resolution) {
  const { width, height, frameRate } = RESOLUTIONS[resolution];
  return { ...chosen(id), width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: frameRate, max: 30 } };
}

/** @param {string} id */
const chosen = (id) => (id ? { deviceId: { exact: id } } : {});

/** @param {Pick<Storage, "getItem">} storage */
function remembered(storage) {
  try {
    const choices = JSON.parse(storage.getItem(REMEMBERED) ?? "{}");
    return choices.resolution in RESOLUTIONS ? choices : { ...choices, resolution: DEFAULTS.resolution };
  } catch {
    return {}; // somebody else's text under our name
  }
}

/**
 * @param {unknown} error what `open` rejected with
 * @param {"camera" | "microphone"} kind
 * @param {import("../types.js").Translate} t
 * @returns {DeviceError}
 */
export function deviceError(error, kind, t) {
  const camera = kind === "camera";
  switch (/** @type {DOMException} */ (error)?.name) {
    case "NotAllowedError":
      return {
        code: "denied",
        message: camera
          ? t("The browser does not let this page use the camera. Allow it in the address bar, then try again.")
          : t("The browser does not let this page use the microphone. Allow it in the address bar, then try again."),
      };
    case "NotFoundError":
    case "OverconstrainedError":
      return { code: "none", message: camera ? t("No camera was found.") : t("No microphone was found.") };
    case "NotReadableError":
    case "AbortError":
      return {
        code: "busy",
        message: camera
          ? t("The camera does not answer; another program may be using it.")
          : t("The microphone does not answer; another program may be using it."),
      };
    case "SecurityError":
      return {
        code: "insecure",
        message: t("Browsers give camera and microphone only to pages whose address begins with https."),
      };
    default:
      return { code: "failed", message: camera ? t("The camera could not be started.") : t("The microphone could not be started.") };
  }
}
