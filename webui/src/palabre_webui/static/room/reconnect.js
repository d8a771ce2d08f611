/**
 * When to try again: at once, then after 250 and 500 ms, then every second; and at once when the machine says that it
 * is back on a network or the page is looked at again (browsers slow the timers of hidden pages).
 */
export class Retries {
  static DELAYS_MS = [0, 250, 500, 1000];

  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {() => void} */
  #retry;

  /** @param {() => void} retry */
  constructor(retry) {
    this.#retry = retry;
  }

  /** Plans the next try; called after each failure. */
  plan() {
    clearTimeout(this.#timer);
    const delay = Retries.DELAYS_MS[Math.min(this.#attempt, Retries.DELAYS_MS.length - 1)];
    this.#attempt += 1;
    // A fifth of chance keeps eighty browsers from coming back in the same millisecond.
    this.#timer = setTimeout(this.now, delay * (0.8 + Math.random() * 0.2));
    globalThis.addEventListener?.("online", this.now);
    globalThis.document?.addEventListener("visibilitychange", this.now);
  }

  now = () => {
    if (globalThis.document?.hidden && !this.#timer) return;
    this.#stopWaiting();
    this.#retry();
  };

  /** It worked, or nobody wants it any more. */
  done() {
    this.#attempt = 0;
    this.#stopWaiting();
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    globalThis.removeEventListener?.("online", this.now);
    globalThis.document?.removeEventListener("visibilitychange", this.now);
  }
}
