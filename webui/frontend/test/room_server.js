/**
 * A real Socket.IO server that speaks the room's protocol as far as the tests of the client need it: a journal in memory,
 * acts that are applied once, and switches for misbehaving.
 */
import { once } from "node:events";
import { createServer } from "node:http";

import { Server } from "socket.io";

export class RoomServer {
  /** @type {any[]} */
  journal = [];
  /** Every message that came, in order: [name, data]. @type {[string, any][]} */
  received = [];
  /** Acts by id: the sequence number that they got. @type {Map<string, number>} */
  performed = new Map();
  /** Answers in place of the usual ones, by message; `null` for no answer at all. @type {Record<string, (data: any) => any>} */
  answers = {};
  /** Events are written down and not sent. */
  deaf = false;

  async start() {
    this.http = createServer();
    this.io = new Server(this.http, { transports: ["websocket"], serveClient: false });
    this.room = this.io.of("/room");
    this.room.use((socket, next) => {
      const refusal = this.refuse?.(socket.handshake.auth);
      next(refusal ? Object.assign(new Error(refusal.message), { data: refusal }) : undefined);
    });
    this.room.on("connection", (socket) => this.#serve(socket));
    this.http.listen(this.port ?? 0, "127.0.0.1");
    await once(this.http, "listening");
    this.port = this.http.address().port;
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends the process, as far as clients can tell; `start` comes back on the same port with the same journal. */
  async stop() {
    await new Promise((resolve) => this.io.close(resolve));
  }

  /** Breaks every connection, as a network does. */
  cut() {
    for (const client of this.room.sockets.values()) client.conn.close();
  }

  append(kind, data = {}, actor = null) {
    const event = { seq: this.journal.length + 1, at: "2026-11-23T10:00:00Z", kind, actor, data };
    this.journal.push(event);
    if (!this.deaf) this.room.emit("event", event);
    return event.seq;
  }

  state() {
    const meeting = { id: "m1", name: "Budget", room_class: "S", microphones: "free", wait_for_presenter: false, locked: false };
    const me = { id: "p1", name: "Léa", role: "presenter", floor: false, floor_may_show: false, hand_raised_at: null, joined_at: "2026-11-23T09:00:00Z", via: "web", connected: true, tracks: [] };
    return { meeting, participants: [me], waiting: [], slices: { chat: { messages: [] }, test: { standing_at: this.journal.length } } };
  }

  #serve(socket) {
    const usual = {
      enter: () => ({
        ok: true, status: "entered", me: { id: "p1", secret: "s1", role: "presenter" }, seq: this.journal.length,
        state: this.state(), resumed: false, media: { ice_servers: [] }, modules_changed: false,
      }),
      act: ({ id, act, data }) => {
        if (!this.performed.has(id)) this.performed.set(id, this.append(act, data, "p1"));
        return { ok: true, seq: this.performed.get(id) };
      },
      since: ({ seq }) =>
        seq < 0
          ? { ok: true, state: this.state(), seq: this.journal.length }
          : { ok: true, events: this.journal.slice(seq), seq: this.journal.length },
      media: () => ({ ok: true, result: {} }),
    };
    socket.on("signal", (data) => this.received.push(["signal", data]));
    for (const [message, answer] of Object.entries(usual)) {
      socket.on(message, (data, acknowledge) => {
        this.received.push([message, data]);
        const given = (this.answers[message] ?? answer)(data);
        if (given) acknowledge(given);
      });
    }
  }
}

/** What a page's sessionStorage does. */
export class MemoryStorage {
  #items = new Map();
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, value);
  }
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** Resolves when `condition()` is true; looks again after every turn of the event loop. */
export async function until(condition, what = String(condition)) {
  const end = Date.now() + 8000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`It never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
