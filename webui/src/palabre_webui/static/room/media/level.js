/**
 * Loudness of a track, and its volume. Both need the page's AudioContext, which browsers keep asleep until the user has
 * touched the page; a sleeping one measures 0.
 */

/** @type {AudioContext | null} */
let shared = null;

/** The page's one AudioContext, made at first use and woken by the first touch or key. */
export function audioContext() {
  if (shared) return shared;
  const context = new AudioContext({ latencyHint: "interactive" });
  const wake = () => context.resume();
  for (const kind of ["pointerdown", "keydown", "touchend"]) addEventListener(kind, wake, { passive: true, capture: true });
  wake();
  shared = context;
  return context;
}

/** Reads how loud a track is, without taking anything from it. */
export class LevelMeter {
  #source;
  #analyser;
  #samples;

  /** @param {MediaStreamTrack} track */
  constructor(track) {
    const context = audioContext();
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
  }

  /** From 0 (silence, -60 dBFS and below) to 1 (full scale): about 21 ms of sound before now. */
  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return levelOf(this.#samples);
  }

  close() {
    this.#source.disconnect();
  }
}

/**
 * @param {ArrayLike<number>} samples from -1 to 1
 * @returns {number} 0..1, even steps of decibels
 */
export function levelOf(samples) {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += samples[index] * samples[index];
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}

/** A track louder or softer than the one it is made from. */
export class Amplifier {
  #source;
  #gain;
  #destination;

  /**
   * @param {MediaStreamTrack} track
   * @param {number} volume 1 is unchanged
   */
  constructor(track, volume) {
    const context = audioContext();
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#gain = context.createGain();
    this.#destination = context.createMediaStreamDestination();
    this.#source.connect(this.#gain).connect(this.#destination);
    this.volume = volume;
  }

  /** @param {number} value */
  set volume(value) {
    this.#gain.gain.value = value;
  }

  get track() {
    return this.#destination.stream.getAudioTracks()[0];
  }

  close() {
    this.#source.disconnect();
    this.track.stop();
  }
}
