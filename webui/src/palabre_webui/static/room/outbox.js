/**
 * Acts on their way. Each has an id of its own, and the server performs an id once; so an act whose answer was lost is
 * sent again, and waits here until it is answered.
 */
import { accepted, RefusedError } from "./errors.js";

/** @typedef {{id: string, act: string, data: object}} Act */

export class Outbox {
  /** In the order in which they were made. @type {Map<string, {act: Act, resolve: (seq: number) => void, reject: (error: unknown) => void}>} */
  #waiting = new Map();
  #request;

  /** @param {(act: Act) => Promise<any>} request sends one and gives its acknowledgement; rejects with code `offline` */
  constructor(request) {
    this.#request = request;
  }

  /**
   * @param {string} name
   * @param {object} data
   * @param {boolean} now whether it can be sent already
   * @returns {Promise<number>} its sequence number; rejects with the refusal
   */
  add(name, data, now) {
    const act = { id: newId(), act: name, data };
    return new Promise((resolve, reject) => {
      this.#waiting.set(act.id, { act, resolve, reject });
      if (now) this.#send(act);
    });
  }

  /** Sends again whatever was not answered. */
  sendAll() {
    for (const { act } of this.#waiting.values()) this.#send(act);
  }

  /**
   * Nothing will be answered any more.
   *
   * @param {RefusedError} error
   */
  rejectAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** @param {Act} act */
  async #send(act) {
    const { resolve, reject } = /** @type {{resolve: any, reject: any}} */ (this.#waiting.get(act.id));
    try {
      const { seq } = accepted(await this.#request(act));
      if (this.#waiting.delete(act.id)) resolve(seq);
    } catch (error) {
      if (error instanceof RefusedError && error.code === "offline") return; // until sendAll
      if (this.#waiting.delete(act.id)) reject(error);
    }
  }
}

/** A UUID; `crypto.randomUUID` exists only on secure origins, and a first try-out may be on plain http. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
