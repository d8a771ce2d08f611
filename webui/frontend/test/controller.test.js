import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { MemoryStorage, RoomServer, until } from "./room_server.js";

const { RoomController } = await import("../../src/palabre_webui/static/room/controller.js");
const { Devices } = await import("../../src/palabre_webui/static/room/media/devices.js");
const { translator } = await import("../../src/palabre_webui/static/room/i18n.js");
const { PluginHost } = await import("../../src/palabre_webui/static/room/plugins/host.js");
const { Reducers } = await import("../../src/palabre_webui/static/room/state.js");

let server;
let room;
let notices;

beforeEach(async () => {
  server = await new RoomServer().start();
  server.answers.media = () => ({ ok: false, error: { code: "media_unavailable", message: "Away." } });
  room = controller();
  notices = [];
  room.addEventListener("notice", ({ detail }) => notices.push(detail.text));
});

afterEach(async () => {
  await room.leave();
  room.plugins.dispose();
  await server.stop();
});

function controller() {
  const storage = new MemoryStorage();
  const config = { protocol: 1, link: "tok", language: "en", modules: [], socket: server.url };
  const devices = new Devices({ storage, mediaDevices: null });
  return new RoomController(config, { t: translator("en"), outside: { storage, devices } });
}

/** A plugin's module as its file would be. */
const module = (plugin, code) => ({ plugin, url: `data:text/javascript,${encodeURIComponent(code)}` });
const good = (setup) => `export default { apiVersion: 1, setup(api) { ${setup} } }`;

test("before entering there is no state and nothing is allowed", () => {
  assert.deepEqual([room.phase, room.state, room.me, room.canDo("raise_hand")], ["prejoin", null, null, false]);
});

test("entering shows me, and events change the state and are told once", async () => {
  const told = [];
  room.on("hand_raised", (event) => told.push([event.seq, room.me.hand_raised_at]));
  await room.enter({ name: "Léa" });
  assert.equal(room.me.name, "Léa");
  assert.equal(room.canDo("lock"), true);
  server.append("hand_raised", { participant: "p1" });
  await until(() => told.length === 1);
  assert.deepEqual(told, [[1, "2026-11-23T10:00:00Z"]]);
});

test("many changes in a row are one 'change'", async () => {
  await room.enter({ name: "Léa" });
  await until(() => room.media.engineLost);
  let changes = 0;
  room.addEventListener("change", () => (changes += 1));
  server.room.emit("event", { seq: 2, at: "", kind: "locked", data: {} });
  server.room.emit("event", { seq: 1, at: "", kind: "hand_raised", data: { participant: "p1" } });
  await until(() => room.state.meeting.locked);
  assert.equal(changes, 1);
});

test("a change of my own role brings a fresh state", async () => {
  await room.enter({ name: "Léa" });
  server.append("role_changed", { participant: "p1", role: "guest" });
  await until(() => server.received.some(([name, data]) => name === "since" && data.seq === -1));
});

test("an event that is hidden from me changes nothing and leaves no gap", async () => {
  await room.enter({ name: "Léa" });
  server.append("hidden");
  server.append("locked");
  await until(() => room.state.meeting.locked);
  assert.equal(server.received.filter(([name]) => name === "since").length, 0);
});

test("a name that is refused leaves the door open", async () => {
  server.answers.enter = () => ({ ok: false, error: { code: "bad_name", message: "A name, please." } });
  await assert.rejects(room.enter({ name: "" }), { code: "bad_name", message: "A name, please." });
  assert.equal(room.phase, "prejoin");
  delete server.answers.enter;
  await room.enter({ name: "Léa" });
  assert.equal(room.phase, "in_room");
});

test("leaving closes, and coming again is possible", async () => {
  await room.enter({ name: "Léa" });
  await room.leave();
  assert.deepEqual([room.phase, room.closedReason.code], ["closed", "left"]);
  room.rejoin();
  assert.deepEqual([room.phase, room.state], ["prejoin", null]);
  await room.enter({ name: "Léa" });
  assert.equal(room.phase, "in_room");
});

test("ending the meeting for all closes this page without an error", async () => {
  await room.enter({ name: "Léa" });
  server.answers.act = () => {
    server.room.emit("closed", { code: "ended", message: "It is over." });
    return null;
  };
  await room.act("end_for_all");
  assert.equal(room.closedReason.code, "ended");
  room.rejoin();
});

test("an engine that is away is told, and the room goes on", async () => {
  await room.enter({ name: "Léa" });
  await until(() => room.media.engineLost);
  assert.equal(room.connection.media, "down");
  assert.equal(await room.act("chat_send", { text: "Hi", to: "all" }), 1);
});

test("a plugin's names are its own, and core: reaches the built-in ones", async () => {
  await room.plugins.load([
    module("poll", good(`
      api.room.onEvent("opened", () => api.room.act("vote", {choice: 1}));
      api.room.onEvent("core:hand_raised", () => api.room.act("core:lower_hand"));
    `)),
  ]);
  await room.enter({ name: "Léa" });
  server.append("poll.opened");
  server.append("opened");
  server.append("hand_raised", { participant: "p1" });
  await until(() => server.journal.length === 5);
  assert.deepEqual(server.journal.slice(3).map(({ kind }) => kind).sort(), ["lower_hand", "poll.vote"]);
});

test("a plugin's slice follows its reducers, and begins with the server's", async () => {
  globalThis.seen = [];
  await room.plugins.load([
    module("test", good(`
      api.room.slice({standing_at: -1}, {moved: (slice, {data}) => ({standing_at: slice.standing_at + data.by})});
      api.room.onState((state) => seen.push(state.slices.test.standing_at));
    `)),
  ]);
  await room.enter({ name: "Léa" });
  server.append("test.moved", { by: 5 });
  await until(() => room.state.slices.test.standing_at === 5);
  await until(() => globalThis.seen.at(-1) === 5);
  assert.equal(globalThis.seen[0], 0);
});

test("a plugin that begins in mid-meeting gets a fresh state", async () => {
  await room.enter({ name: "Léa" });
  server.append("test.moved", { by: 5 });
  await until(() => server.journal.length === 1);
  await room.plugins.load([module("test", good("api.room.slice({}, {moved: (slice) => slice});"))]);
  await until(() => room.state.slices.test.standing_at === 1);
});

test("slots come in order under their plugin's name and go with it", async () => {
  await room.plugins.load([
    module("b", good(`api.slots.add("toolbar", {id: "two", label: "Two", order: 2, mount() {}});`)),
    module("a", good(`
      api.slots.add("toolbar", {id: "late", label: "Late", mount() {}});
      const remove = api.slots.add("panel", {id: "x", label: "X", mount() {}});
      remove(); remove();
    `)),
  ]);
  assert.deepEqual(room.plugins.slots.toolbar.map(({ id }) => id), ["b.two", "a.late"]);
  assert.deepEqual(room.plugins.slots.panel, []);
  room.plugins.dispose();
  assert.deepEqual(room.plugins.slots.toolbar, []);
});

test("the api and what is in it cannot be changed by a plugin", async () => {
  await room.plugins.load([module("evil", good(`api.room.act = () => {};`))]);
  assert.equal(room.plugins.failures[0].plugin, "evil");
});

for (const [what, code, sentence] of [
  ["does not parse", "export default {", /could not be started/],
  ["exports nothing of use", "export const x = 1", /no browser module that this page understands/],
  ["wants another version", "export default {apiVersion: 7, setup() {}}", /version 7 .* version 1/],
  ["throws in setup", good("throw new Error('no')"), /could not be started/],
  ["asks for an unknown slot", good("api.slots.add('roof', {id: 'x', label: 'X', mount() {}})"), /could not be started/],
]) {
  test(`a module that ${what} is named in a sentence and harms no other`, async () => {
    await room.plugins.load([
      module("broken", code),
      module("fine", good(`api.slots.add("toolbar", {id: "x", label: "X", mount() {}});`)),
    ]);
    assert.match(room.plugins.failures[0].message, sentence);
    assert.equal(room.plugins.failures.length, 1);
    assert.equal(room.plugins.slots.toolbar.length, 1);
  });
}

test("what a failed setup had added is taken away", async () => {
  await room.plugins.load([
    module("half", good(`api.slots.add("toolbar", {id: "x", label: "X", mount() {}}); throw new Error("no")`)),
  ]);
  assert.deepEqual(room.plugins.slots.toolbar, []);
});

test("a module that never finishes is given up, and what it adds later is taken away", async () => {
  let finish;
  const host = new PluginHost(room, new Reducers(), {
    patience_ms: 20,
    fetchModule: async () => ({
      default: { apiVersion: 1, setup: () => new Promise((resolve) => (finish = resolve)) },
    }),
  });
  await host.load([{ plugin: "slow", url: "x" }]);
  assert.match(host.failures[0].message, /did not start in time/);
  let disposed = false;
  finish(() => (disposed = true));
  await until(() => disposed);
});

test("a plugin's listener that throws is noted once, and the others still run", async () => {
  await room.plugins.load([module("bad", good(`api.room.onEvent("core:*", () => { throw new Error("no") });`))]);
  let told = 0;
  room.on("locked", () => (told += 1));
  await room.enter({ name: "Léa" });
  server.append("locked");
  server.append("locked");
  await until(() => told === 2);
  assert.equal(room.plugins.failures.length, 1);
});

test("a slot's mount that throws is noted and told to its place", async () => {
  await room.plugins.load([
    module("bad", good(`api.slots.add("panel", {id: "x", label: "X", mount() { throw new Error("no") }});`)),
  ]);
  assert.throws(() => room.plugins.slots.panel[0].mount({}, {}), /no/);
  assert.equal(room.plugins.failures[0].plugin, "bad");
});

test("signals and notices carry the plugin's words", async () => {
  await room.plugins.load([
    module("poll", good(`
      api.room.onSignal("hurry", ({from}) => api.notify("Hurry, says " + from));
      globalThis.hurry = () => api.room.signal("hurry", {}, "p2");
    `)),
  ]);
  await room.enter({ name: "Léa" });
  server.room.emit("signal", { kind: "poll.hurry", from: "p9", data: {} });
  await until(() => notices.length === 1);
  assert.deepEqual(notices, ["Hurry, says p9"]);
  globalThis.hurry();
  await until(() => server.received.some(([name]) => name === "signal"));
  assert.deepEqual(server.received.find(([name]) => name === "signal")[1], { kind: "poll.hurry", data: {}, to: "p2" });
});
