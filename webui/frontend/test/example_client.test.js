import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { WebSocket } from "ws";

import { RoomServer, until } from "./room_server.js";

globalThis.WebSocket ??= WebSocket;
const { ExampleRoom } = await import("../../../docs/example-client/room.js");

let server;
let room;
let over;

beforeEach(async () => {
  server = await new RoomServer().start();
  over = null;
  room = new ExampleRoom(server.url, "tok", { onChange() {}, onOver: (reason) => (over = reason) });
});

afterEach(async () => {
  if (!over) await room.leave();
  await server.stop();
});

test("joins, chats and sees what others do", async () => {
  room.enter("Léa");
  await until(() => room.state);
  assert.deepEqual(await room.act("chat_send", { text: "Hi", to: "all" }), { ok: true, seq: 1 });
  server.append("chat_sent", { id: "c1", from: "p2", from_name: "Tom", text: "Hello", to: "all" });
  server.append("joined", { participant: { id: "p2", name: "Tom", role: "guest" } });
  await until(() => room.state.participants.length === 2);
  assert.equal(room.state.slices.chat.messages[0].from_name, "Tom");
});

test("asks for events that are missing", async () => {
  room.enter("Léa");
  await until(() => room.state);
  server.deaf = true;
  server.append("hand_raised", { participant: "p1" });
  server.deaf = false;
  server.append("renamed", { participant: "p1", name: "Lea" });
  await until(() => room.state.participants[0].name === "Lea");
  assert.ok(room.state.participants[0].hand_raised_at);
});

test("comes back as the same participant after a break", async () => {
  room.enter("Léa");
  await until(() => room.state);
  server.cut();
  await until(() => server.received.filter(([name]) => name === "enter").length === 2);
  assert.deepEqual(server.received.at(-1)[1].participant, { id: "p1", secret: "s1", seq: 0 });
});

test("says why it was refused", async () => {
  server.refuse = () => ({ code: "expired_link", message: "This link has expired." });
  room.enter("Léa");
  await until(() => over);
  assert.equal(over.code, "expired_link");
});

test("serve.py gives the page and passes the socket on", { timeout: 20_000 }, async () => {
  const script = fileURLToPath(new URL("../../../docs/example-client/serve.py", import.meta.url));
  const serving = spawn(process.env.PYTHON ?? "python3", [script, server.url, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [printed] = await once(serving.stdout, "data");
    const address = String(printed).trim().replace(/\/$/, "");
    assert.match(await (await fetch(`${address}/`)).text(), /Example client/);
    room = new ExampleRoom(address, "tok", { onChange() {}, onOver: (reason) => (over = reason) });
    room.enter("Léa");
    await until(() => room.state);
    assert.equal((await room.act("raise_hand")).ok, true);
    await room.leave();
  } finally {
    serving.kill();
  }
});
