/**
 * A whole client of a Palabre room, except for pictures: enters, comes back after a break, performs acts, keeps the
 * events in order. Written from docs/protocol.md and nothing else, and without any library, so that it can be read in one
 * go and carried over to another language.
 *
 * The protocol travels in Socket.IO, of which these are all the frames that are needed:
 *
 *     server → 0{…}                          the connection stands
 *     client → 40/room,{"link": …}           into the namespace /room, with what identifies us
 *     server → 40/room,{"sid": …}            welcome      or  44/room,{"message": …, "data": {code, message}}: refused
 *     client → 42/room,7["act",{…}]          a message that asks for acknowledgement number 7
 *     server → 43/room,7[{"ok": true, …}]    the acknowledgement
 *     server → 42/room,["event",{…}]         a message
 *     server → 2    client → 3               are you there? I am
 */

const NAMESPACE = "/room,";

export class ExampleRoom {
  /** What the room is: docs/protocol.md, "State". */
  state = null;

  #seq = -1;
  #me = null;
  #name = "";
  #socket = null;
  #number = 0;
  #answers = new Map();
  #early = new Map();

  /**
   * @param {string} server   http(s) address of the service
   * @param {string} link     the last part of a join link
   * @param {{onChange: () => void, onOver: (reason: {code: string, message: string}) => void}} listener
   */
  constructor(server, link, { onChange, onOver }) {
    this.address = `${server.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
    this.link = link;
    this.onChange = onChange;
    this.onOver = onOver;
  }

  /** My participant id, once inside. */
  get myId() {
    return this.#me?.id;
  }

  enter(name) {
    this.#name = name;
    this.#connect();
  }

  /** Performs an act; the answer is `{ok: true, seq}` or `{ok: false, error: {code, message}}`. */
  act(act, data = {}) {
    return this.#ask("act", { id: crypto.randomUUID(), act, data });
  }

  async leave() {
    await this.act("leave");
    this.#over({ code: "left", message: "" });
  }

  #connect() {
    this.#socket = new WebSocket(this.address);
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = () => {
      if (this.#socket) setTimeout(() => this.#connect(), 1000); // not over: come back as the same participant
    };
  }

  #over(reason) {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.onOver(reason);
  }

  #receive(frame) {
    if (frame[0] === "0") this.#send("40", { link: this.link, language: "en", protocol: 1 });
    else if (frame === "2") this.#socket.send("3");
    else if (frame.startsWith(`40${NAMESPACE}`)) this.#enter();
    else if (frame.startsWith(`44${NAMESPACE}`)) this.#over(JSON.parse(frame.slice(8)).data);
    else if (frame.startsWith(`43${NAMESPACE}`)) this.#answered(frame.slice(8));
    else if (frame.startsWith(`42${NAMESPACE}`)) this.#told(...JSON.parse(frame.slice(8)));
  }

  #send(type, data, number = "") {
    this.#socket?.send(`${type}${NAMESPACE}${number}${JSON.stringify(data)}`);
  }

  #ask(message, data) {
    this.#number += 1;
    this.#send("42", [message, data], this.#number);
    return new Promise((resolve) => this.#answers.set(this.#number, resolve));
  }

  #answered(rest) {
    const bracket = rest.indexOf("[");
    const number = Number(rest.slice(0, bracket));
    this.#answers.get(number)?.(JSON.parse(rest.slice(bracket))[0]);
    this.#answers.delete(number);
  }

  async #enter() {
    const participant = this.#me && { id: this.#me.id, secret: this.#me.secret, seq: this.#seq };
    const answer = await this.#ask("enter", participant ? { name: this.#name, participant } : { name: this.#name });
    if (!answer.ok) return this.#over(answer.error);
    this.#me = answer.me;
    if (answer.status === "entered") this.#replace(answer.state, answer.seq);
    else this.onChange(); // waiting; the server says "admitted" when it is time
  }

  #told(message, data) {
    if (message === "event") this.#take([data]);
    else if (message === "admitted") this.#enter();
    else if (message === "closed") this.#over(data);
  }

  #replace(state, seq) {
    this.state = state;
    this.#seq = seq;
    this.#take([]);
    this.onChange();
  }

  /** Events are numbered: known ones are dropped, early ones wait, and what is missing is asked for. */
  async #take(events) {
    for (const event of events) if (event.seq > this.#seq) this.#early.set(event.seq, event);
    for (let event; (event = this.#early.get(this.#seq + 1)); ) {
      this.#early.delete(event.seq);
      this.#seq = event.seq;
      this.#apply(event);
    }
    for (const seq of this.#early.keys()) if (seq <= this.#seq) this.#early.delete(seq);
    if (this.#early.size === 0) return;
    const missing = await this.#ask("since", { seq: this.#seq });
    if (missing.ok && missing.state) this.#replace(missing.state, missing.seq);
    else if (missing.ok) this.#take(missing.events);
  }

  /** What an event does to the state. A client that does not know a kind leaves the state as it is. */
  #apply({ kind, at, data }) {
    const { participants, slices } = this.state;
    const person = participants.find(({ id }) => id === data?.participant);
    if (kind === "joined") participants.push(data.participant);
    else if (kind === "left") this.state.participants = participants.filter(({ id }) => id !== data.participant);
    else if (kind === "renamed") person.name = data.name;
    else if (kind === "hand_raised") person.hand_raised_at = at;
    else if (kind === "hand_lowered" || kind === "floor_given") person.hand_raised_at = null;
    else if (kind === "chat_sent") slices.chat.messages.push({ ...data, at });
    else if (kind === "chat_deleted") slices.chat.messages = slices.chat.messages.filter(({ id }) => id !== data.id);
    this.onChange();
  }
}
