/**
 * The others' sound. It plays in audio elements of its own, out of sight; video elements that show their pictures stay
 * muted, so moving a picture never interrupts a voice.
 */
export class Playback {
  /** The browser refused to play before the user touched the page. */
  blocked = false;

  /** @type {Map<MediaStream, HTMLAudioElement>} */
  #elements = new Map();
  #changed;
  #volume = 1;
  #sink = "";

  /** @param {() => void} changed told when `blocked` changes */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Plays exactly these.
   *
   * @param {Iterable<MediaStream>} streams
   */
  play(streams) {
    const wanted = new Set(streams);
    for (const [stream, element] of this.#elements) {
      if (wanted.has(stream)) continue;
      element.srcObject = null;
      this.#elements.delete(stream);
    }
    for (const stream of wanted) if (!this.#elements.has(stream)) this.#add(stream);
  }

  /** @param {number} volume 0..1 */
  setVolume(volume) {
    this.#volume = Math.min(1, Math.max(0, volume));
    for (const element of this.#elements.values()) element.volume = this.#volume;
  }

  /**
   * Where the browser lets a page choose; a speaker that is gone gives way to the browser's own.
   *
   * @param {string} id "" for the browser's own choice
   */
  async setSpeaker(id) {
    this.#sink = id;
    await Promise.all(Array.from(this.#elements.values(), (element) => this.#direct(element)));
  }

  /** After a click or a key: plays what was refused. */
  async resume() {
    this.#setBlocked(false);
    await Promise.all(Array.from(this.#elements.values(), (element) => this.#start(element)));
  }

  /** Begins every sound anew, which mends a browser that lost its speaker. */
  async restart() {
    const streams = [...this.#elements.keys()];
    this.play([]);
    this.play(streams);
  }

  /** @param {MediaStream} stream */
  #add(stream) {
    const element = new Audio();
    element.srcObject = stream;
    element.volume = this.#volume;
    this.#elements.set(stream, element);
    this.#direct(element);
    this.#start(element);
  }

  /** @param {HTMLAudioElement} element */
  async #direct(element) {
    if (!("setSinkId" in element)) return;
    try {
      await element.setSinkId(this.#sink);
    } catch {
      if (this.#sink) await element.setSinkId("");
    }
  }

  /** @param {HTMLAudioElement} element */
  async #start(element) {
    try {
      await element.play();
    } catch (error) {
      if (/** @type {DOMException} */ (error).name === "NotAllowedError") this.#setBlocked(true);
    }
  }

  /** @param {boolean} blocked */
  #setBlocked(blocked) {
    if (this.blocked === blocked) return;
    this.blocked = blocked;
    this.#changed();
  }
}
