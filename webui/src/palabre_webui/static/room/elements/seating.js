/** Who is seen where, calmly: pictures keep their place, and a change of speaker moves one at most every few seconds. */

const HOLD_MS = 3_000;

/** Remembers who is large and who sits in the visible places. Give it the time; it reads no clock. */
export class Seating {
  #large = null;
  #largeSince = -Infinity;
  #seats = [];
  #swappedAt = -Infinity;

  /**
   * Who is large: the pinned one, else the one speaking; the former stays at least three seconds.
   * @param {{id: string}[]} people present, in order of arrival
   * @param {{pinned: string|null, dominant: string|null, me: string, now: number}} context
   */
  large(people, { pinned, dominant, me, now }) {
    const present = (id) => people.some((person) => person.id === id);
    if (pinned && present(pinned)) return pinned;
    if (!present(this.#large)) this.#large = null;
    // I am not shown large to myself while I speak: the one I talk to stays.
    const wanted = dominant && dominant !== me && present(dominant) ? dominant : null;
    if (wanted && wanted !== this.#large && (this.#large === null || now - this.#largeSince >= HOLD_MS)) {
      this.#large = wanted;
      this.#largeSince = now;
    }
    this.#large ??= people.find((person) => person.id !== me)?.id ?? me;
    return this.#large;
  }

  /** The people in `places` visible places; a speaker who has none takes that of the one who has been silent longest. */
  seats(people, places, { ranked = [], me, now }) {
    const ids = people.map((person) => person.id);
    this.#seats = this.#seats.filter((id) => ids.includes(id));
    for (const id of ids) if (!this.#seats.includes(id)) this.#seats.push(id);
    // Nobody leaves a place just because the order changed: only the first speaker without one comes in.
    const speaker = ranked[0];
    const outside = speaker && this.#seats.indexOf(speaker) >= places;
    if (outside && now - this.#swappedAt >= HOLD_MS) {
      const visible = this.#seats.slice(0, places).filter((id) => id !== me);
      const rank = (id) => (ranked.includes(id) ? ranked.indexOf(id) : Infinity);
      const quietest = visible.reduce((quiet, id) => (rank(id) >= rank(quiet) ? id : quiet), visible[0]);
      if (quietest !== undefined) {
        const there = this.#seats.indexOf(quietest);
        const here = this.#seats.indexOf(speaker);
        this.#seats[there] = speaker;
        this.#seats[here] = quietest;
        this.#swappedAt = now;
      }
    }
    const mine = this.#seats.indexOf(me);
    const lastPlace = Math.min(places, this.#seats.length) - 1;
    // I always see myself somewhere: it tells me that my camera is on.
    if (mine > lastPlace && lastPlace >= 0) [this.#seats[mine], this.#seats[lastPlace]] = [this.#seats[lastPlace], me];
    const shown = this.#seats.slice(0, places);
    return shown.map((id) => people.find((person) => person.id === id));
  }
}
