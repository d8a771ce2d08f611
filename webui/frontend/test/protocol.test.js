import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { MemoryStorage, RoomServer, until } from "./room_server.js";

const { RoomProtocol } = await import("../../src/palabre_webui/static/room/protocol.js");

let server;
let protocols;
let storage;

beforeEach(async () => {
  server = await new RoomServer().start();
  storage = new MemoryStorage();
  protocols = [];
});

afterEach(async () => {
  for (const { protocol } of protocols) protocol.disconnect();
  await server.stop();
});

/** A client that writes down what it is told. */
function client() {
  const seen = { phases: [], events: [], snapshots: [], signals: [], refusal: null, entered: [] };
  const protocol = new RoomProtocol(
    { protocol: 1, link: "tok", language: "en", modules: [], socket: server.url },
    {
      phase: (phase, detail) => {
        seen.phases.push(phase);
        seen.refusal = detail?.refusal ?? seen.refusal;
      },
      snapshot: (state) => seen.snapshots.push(state),
      event: (event) => seen.events.push(event.seq),
      signal: (signal) => seen.signals.push(signal),
      media: () => {},
      entered: (entered) => seen.entered.push(entered),
    },
    { storage },
  );
  protocols.push({ protocol });
  return { protocol, seen };
}

const sent = (message) => server.received.filter(([name]) => name === message).map(([, data]) => data);

test("entering gives a snapshot, then events in order", async () => {
  server.append("before");
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  server.append("after");
  await until(() => seen.events.length === 1);
  assert.deepEqual(seen.phases, ["connecting", "in_room"]);
  assert.equal(seen.snapshots.length, 1);
  assert.deepEqual(seen.events, [2]);
  assert.deepEqual(sent("enter")[0], { name: "Léa" });
});

test("an event that is known already is dropped, and a gap is asked for", async () => {
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  server.append("one");
  server.deaf = true;
  server.append("two");
  server.append("three");
  server.deaf = false;
  server.append("four");
  server.room.emit("event", server.journal[0]);
  await until(() => seen.events.length === 4);
  assert.deepEqual(seen.events, [1, 2, 3, 4]);
  assert.deepEqual(sent("since"), [{ seq: 1 }]);
});

test("a page loaded again comes back as the same participant", async () => {
  await client().protocol.enter("Léa");
  protocols[0].protocol.disconnect();
  await client().protocol.enter("Léa");
  assert.deepEqual(sent("enter")[1].participant, { id: "p1", secret: "s1", seq: -1 });
});

test("a participant that the room has let go enters as a new one", async () => {
  storage.setItem("palabre.participant.tok", JSON.stringify({ id: "gone", secret: "x" }));
  server.answers.enter = ({ participant }) => {
    if (!participant) delete server.answers.enter;
    return participant
      ? { ok: false, error: { code: "unknown_participant", message: "Gone." } }
      : { ok: true, status: "entered", me: { id: "p2", secret: "s2" }, seq: 0, state: server.state() };
  };
  const { protocol } = client();
  await protocol.enter("Léa");
  assert.equal(protocol.me.id, "p2");
});

test("after a cut connection the room is entered again with the place reached", async () => {
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  server.append("one");
  await until(() => seen.events.length === 1);
  const cutAt = Date.now();
  server.cut();
  await until(() => seen.entered.length === 2);
  assert.ok(Date.now() - cutAt < 1000, "the first try comes at once");
  assert.deepEqual(seen.phases, ["connecting", "in_room", "reconnecting", "in_room"]);
  assert.deepEqual(sent("enter")[1].participant, { id: "p1", secret: "s1", seq: 1 });
});

test("a server that is away for a while is found again", async () => {
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  await server.stop();
  await until(() => protocol.phase === "reconnecting");
  await server.start();
  await until(() => seen.entered.length === 2);
  assert.equal(protocol.phase, "in_room");
});

test("an act whose answer was lost is sent again and performed once", async () => {
  const { protocol } = client();
  await protocol.enter("Léa");
  server.answers.act = ({ id, act, data }) => {
    delete server.answers.act;
    server.performed.set(id, server.append(act, data, "p1"));
    server.cut();
    return null;
  };
  const seq = await protocol.act("raise_hand");
  assert.equal(seq, 1);
  assert.equal(server.journal.length, 1);
  const [first, second] = sent("act");
  assert.equal(first.id, second.id);
});

test("acts made during a break go out in order once it is over", async () => {
  const { protocol } = client();
  await protocol.enter("Léa");
  await server.stop();
  await until(() => protocol.phase === "reconnecting");
  const performed = Promise.all([protocol.act("first"), protocol.act("second")]);
  await server.start();
  await performed;
  assert.deepEqual(server.journal.map(({ kind }) => kind), ["first", "second"]);
});

test("a refused act rejects with its code and its message", async () => {
  const { protocol } = client();
  await protocol.enter("Léa");
  server.answers.act = () => ({ ok: false, error: { code: "not_allowed", message: "Only presenters." } });
  await assert.rejects(protocol.act("lock"), { code: "not_allowed", message: "Only presenters." });
});

test("acting outside the room is refused at once", async () => {
  await assert.rejects(client().protocol.act("raise_hand"), { code: "not_in_room" });
});

test("waiting ends when the server says so", async () => {
  let open = false;
  server.answers.enter = () => {
    if (open) delete server.answers.enter;
    return open
      ? { ok: true, status: "entered", me: { id: "p1", secret: "s1" }, seq: 0, state: server.state() }
      : { ok: true, status: "waiting", reason: "presenter", me: { id: "p1", secret: "s1" } };
  };
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  assert.equal(protocol.phase, "waiting");
  open = true;
  server.room.emit("admitted", {});
  await until(() => protocol.phase === "in_room");
  assert.equal(sent("enter")[1].participant.id, "p1");
  assert.equal(seen.snapshots.length, 1);
});

test("a refused link closes with the server's reason and is not tried again", async () => {
  server.refuse = () => ({ code: "expired_link", message: "This link has expired." });
  const { protocol, seen } = client();
  await assert.rejects(protocol.enter("Léa"), { code: "expired_link" });
  assert.deepEqual(seen.refusal, { code: "expired_link", message: "This link has expired." });
  assert.equal(protocol.phase, "closed");
});

test("being removed closes, forgets the participant and rejects what was under way", async () => {
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  server.answers.act = () => null;
  const act = protocol.act("raise_hand");
  await until(() => sent("act").length === 1);
  server.room.emit("closed", { code: "removed", message: "A presenter removed you." });
  await assert.rejects(act, { code: "removed" });
  assert.equal(seen.refusal.code, "removed");
  assert.equal(storage.getItem("palabre.participant.tok"), null);
  server.room.disconnectSockets(true);
  assert.equal(protocol.phase, "closed");
});

test("leaving performs the act and forgets the participant", async () => {
  const { protocol } = client();
  await protocol.enter("Léa");
  await protocol.leave();
  assert.equal(server.journal[0].kind, "leave");
  assert.equal(protocol.phase, "closed");
  assert.equal(storage.getItem("palabre.participant.tok"), null);
});

test("a fresh state replaces what was known, and events of meanwhile follow it", async () => {
  const { protocol, seen } = client();
  await protocol.enter("Léa");
  server.answers.since = () => {
    server.append("in between");
    return { ok: true, state: server.state(), seq: 0 };
  };
  await protocol.refresh();
  assert.equal(seen.snapshots.length, 2);
  assert.deepEqual(seen.events, [1]);
});

test("signals go nowhere while disconnected and to one when asked", async () => {
  const { protocol } = client();
  protocol.signal("typing");
  await protocol.enter("Léa");
  protocol.signal("typing", {}, "p2");
  await until(() => sent("signal").length === 1);
  assert.deepEqual(sent("signal"), [{ kind: "typing", data: {}, to: "p2" }]);
});

test("media calls give the result, the refusal, or that the connection broke", async () => {
  const { protocol } = client();
  await protocol.enter("Léa");
  server.answers.media = ({ method }) =>
    method === "join" ? { ok: true, result: { existing: false } } : { ok: false, error: { code: "bad_sdp", message: "?" } };
  assert.deepEqual(await protocol.media("join"), { existing: false });
  await assert.rejects(protocol.media("publish"), { code: "bad_sdp" });
  server.answers.media = () => server.cut();
  await assert.rejects(protocol.media("join"), { code: "offline" });
});
