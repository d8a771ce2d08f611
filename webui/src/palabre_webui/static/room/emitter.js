/** Listeners by kind, "*" for all. One that throws is reported in the console and harms no other. */
export class Emitter {
  /** @type {Map<string, Set<(value: any) => void>>} */
  #listeners = new Map();

  /**
   * @param {string} kind
   * @param {(value: any) => void} fn
   * @returns {() => void} removes it
   */
  on(kind, fn) {
    if (!this.#listeners.has(kind)) this.#listeners.set(kind, new Set());
    this.#listeners.get(kind)?.add(fn);
    return () => this.#listeners.get(kind)?.delete(fn);
  }

  /**
   * @param {string} kind
   * @param {any} value
   */
  emit(kind, value) {
    for (const key of [kind, "*"]) {
      for (const fn of [...(this.#listeners.get(key) ?? [])]) {
        try {
          fn(value);
        } catch (error) {
          console.error(`A listener of "${kind}" failed`, error);
        }
      }
    }
  }
}
