import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { RoomServer } from "./room_server.js";

const { ConnectionDoctor } = await import("../../src/palabre_webui/static/room/doctor.js");
const { NoWay, relayOf, relays } = await import("../../src/palabre_webui/static/room/media/probe.js");
const { translator } = await import("../../src/palabre_webui/static/room/i18n.js");

const RELAYS = [
  { urls: ["turn:turn.example", "turn:turn.example:3478?transport=tcp", "turns:turn.example:443?transport=tcp"], username: "u", credential: "c" },
];
const ENGINE = [{ address: "203.0.113.5", port: 40000 }];

let server;

beforeEach(async () => {
  server = await new RoomServer().start();
  server.answers.media = () => ({ ok: true, result: { sdp: "answer", ice_servers: RELAYS } });
});

afterEach(() => server.stop());

/** A network that lets through only these: "udp" for the direct way, else relays by kind. */
function doctor(open, outside = {}) {
  const tryWay = async ({ iceServers, relayOnly, exchange }) => {
    const { ice_servers } = await exchange("offer");
    const way = relayOnly ? `relay ${relayOf(iceServers[0].urls[0]).kind}` : "udp";
    if (open.includes(way)) return { engine: ENGINE, iceServers: ice_servers };
    throw Object.assign(new NoWay(), { engine: ENGINE, iceServers: ice_servers });
  };
  const config = { protocol: 1, link: "tok", language: "en", modules: [], socket: server.url };
  return new ConnectionDoctor(config, { t: translator("en"), outside: { page: async () => {}, tryWay, ...outside } });
}

const states = ({ steps }) => Object.fromEntries(steps.map(({ id, state }) => [id, state]));

for (const [open, level, expected] of [
  [["udp"], "good", { page: "ok", socket: "ok", udp: "ok", relay: "skipped", tcp: "skipped", tls: "skipped" }],
  [["relay udp"], "limited", { page: "ok", socket: "ok", udp: "failed", relay: "ok", tcp: "skipped", tls: "skipped" }],
  [["relay tcp"], "limited", { page: "ok", socket: "ok", udp: "failed", relay: "failed", tcp: "ok", tls: "skipped" }],
  [["relay tls"], "limited", { page: "ok", socket: "ok", udp: "failed", relay: "failed", tcp: "failed", tls: "ok" }],
  [[], "failed", { page: "ok", socket: "ok", udp: "failed", relay: "failed", tcp: "failed", tls: "failed" }],
]) {
  test(`a network that lets through ${open.join(", ") || "nothing"} is ${level}`, async () => {
    const examined = doctor(open);
    await examined.run();
    assert.deepEqual(states(examined), expected);
    assert.equal(examined.verdict.level, level);
  });
}

test("the administrator gets every address and port", async () => {
  const examined = doctor([]);
  await examined.run();
  const port = new URL(server.url).port;
  assert.equal(
    examined.verdict.forAdministrator,
    [
      `For video meetings on ${server.url}, please allow from our network, outgoing:`,
      `- TCP port ${port} to 127.0.0.1, with websocket connections`,
      "- UDP port 40000 to 203.0.113.5 (sound and pictures)",
      "- or UDP port 3478 to turn.example (relay)",
      "- or TCP port 3478 to turn.example (relay)",
      "- or TCP port 443 to turn.example with TLS (relay)",
      "At present UDP packets do not get through.",
    ].join("\n"),
  );
});

test("a page that cannot be reached is the end of the examination", async () => {
  const examined = doctor([], { page: async () => { throw new TypeError("fetch"); } });
  await examined.run();
  assert.deepEqual(states(examined), { page: "failed", socket: "skipped", udp: "skipped", relay: "skipped", tcp: "skipped", tls: "skipped" });
  assert.equal(examined.verdict.level, "failed");
  assert.equal(examined.verdict.forAdministrator, null);
});

test("a socket that is cut is told to the administrator as such", async () => {
  const examined = doctor([]);
  await server.stop();
  await examined.run();
  assert.equal(states(examined).socket, "failed");
  assert.match(examined.verdict.forAdministrator, /At present websocket connections do not get through\.$/);
  await server.start();
});

test("an engine that is away is the service's fault, not the network's", async () => {
  server.answers.media = () => ({ ok: false, error: { code: "media_unavailable", message: "Away." } });
  const examined = doctor(["udp"]);
  await examined.run();
  assert.equal(examined.steps.find(({ id }) => id === "udp").detail, "Away.");
  assert.match(examined.verdict.text, /not in your network/);
  assert.equal(examined.verdict.forAdministrator, null);
});

test("probing too fast waits and tries again", async () => {
  let calls = 0;
  server.answers.media = () => {
    calls += 1;
    return calls === 1 ? { ok: false, error: { code: "too_fast", message: "Slowly." } } : { ok: true, result: { sdp: "", ice_servers: [] } };
  };
  const examined = doctor(["udp"]);
  await examined.run();
  assert.equal(examined.verdict.level, "good");
});

test("a second run while one goes on is the same run", async () => {
  const examined = doctor(["udp"]);
  await Promise.all([examined.run(), examined.run()]);
  assert.equal(server.received.filter(([name]) => name === "media").length, 1);
});

for (const [url, expected] of [
  ["turn:turn.example", { kind: "udp", host: "turn.example", port: 3478 }],
  ["turn:turn.example:80?transport=tcp", { kind: "tcp", host: "turn.example", port: 80 }],
  ["turns:[2001:db8::1]:443?transport=tcp", { kind: "tls", host: "2001:db8::1", port: 443 }],
  ["turns:turn.example", { kind: "tls", host: "turn.example", port: 5349 }],
  ["stun:stun.example", null],
]) {
  test(`reads ${url}`, () => assert.deepEqual(relayOf(url), expected));
}

test("relays are taken by kind, with their credentials", () => {
  assert.deepEqual(relays([...RELAYS, { urls: "stun:x" }], "tls"), [
    { urls: ["turns:turn.example:443?transport=tcp"], username: "u", credential: "c" },
  ]);
});
