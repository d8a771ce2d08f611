/** Runs asynchronous work one after another: an offer must be answered before the next is made. */
export class Queue {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  run(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined); // the caller has the error; the next one is not to suffer from it
    return result;
  }
}
