/**
 * The order of events. The journal numbers them without gaps; this keeps the place reached, drops what is already
 * known, and holds back what came too early until the missing ones are here.
 *
 * @typedef {import("./types.js").RoomEvent} RoomEvent
 */
export class JournalCursor {
  /** The last event applied; -1 before the first snapshot. */
  seq = -1;

  /** @type {Map<number, RoomEvent>} */
  #early = new Map();
  #paused = false;

  /** True while events are missing between `seq` and one that is held back. */
  get gap() {
    return this.#early.size > 0 && !this.#paused;
  }

  /** Holds every event back until the next `reset`: a fresh snapshot was asked for. */
  pause() {
    this.#paused = true;
  }

  /** Ends a pause without a snapshot (the request failed): what was held is applied after all. */
  resume() {
    this.#paused = false;
    return this.#ready();
  }

  /**
   * A snapshot standing at `seq` replaces everything before it.
   *
   * @param {number} seq
   * @returns {RoomEvent[]} those held back that follow it, in order
   */
  reset(seq) {
    this.seq = seq;
    this.#paused = false;
    return this.#ready();
  }

  /**
   * @param {readonly RoomEvent[]} events
   * @returns {RoomEvent[]} those to apply now, in order
   */
  take(events) {
    for (const event of events) {
      if (event.seq > this.seq || this.#paused) this.#early.set(event.seq, event);
    }
    return this.#paused ? [] : this.#ready();
  }

  #ready() {
    const ready = [];
    for (const seq of this.#early.keys()) if (seq <= this.seq) this.#early.delete(seq);
    for (let event; (event = this.#early.get(this.seq + 1)); ) {
      this.#early.delete(event.seq);
      this.seq = event.seq;
      ready.push(event);
    }
    return ready;
  }
}
