import assert from "node:assert/strict";
import { test } from "node:test";

import { allowed } from "../../src/palabre_webui/static/room/rules.js";
import { frozen, participant, Reducers } from "../../src/palabre_webui/static/room/state.js";

const AT = "2026-11-23T10:00:00Z";

const person = (id, change = {}) => ({
  id, name: id, role: "guest", floor: false, floor_may_show: false, hand_raised_at: null, joined_at: AT, via: "web",
  connected: true, tracks: [], ...change,
});
const microphone = { id: "t1", kind: "audio", source: "microphone", muted: false, blocked: false };

const start = () => frozen({
  meeting: { id: "m", name: "Budget", room_class: "S", microphones: "free", wait_for_presenter: false, locked: false },
  participants: [person("léa", { role: "presenter", tracks: [microphone] }), person("tom", { hand_raised_at: AT })],
  waiting: [{ id: "w", name: "Wim", since: AT, reason: "locked" }],
  slices: { chat: { messages: [{ id: "c1", at: AT, from: "tom", from_name: "tom", text: "Hi", to: "all" }] }, poll: { votes: 0 } },
});

const reduce = (kind, data, state = start(), reducers = new Reducers()) =>
  reducers.reduce(state, { seq: 1, at: AT, kind, actor: "léa", data });
const of = (id, state) => participant(state, id);

for (const [kind, data, expected] of [
  ["joined", { participant: person("eve") }, (state) => of("eve", state).name === "eve"],
  ["joined", { participant: person("w") }, (state) => state.waiting.length === 0],
  ["joined", { participant: person("tom", { name: "Tom" }) }, (state) => state.participants.length === 2],
  ["connection_lost", { participant: "tom" }, (state) => of("tom", state).connected === false],
  ["came_back", { participant: "tom" }, (state) => of("tom", state).connected],
  ["came_back", { participant: person("eve") }, (state) => of("eve", state).connected],
  ["left", { participant: "tom", reason: "left" }, (state) => of("tom", state) === null],
  ["waiting", { waiting: { id: "v", name: "Vi", since: AT, reason: "locked" } }, (state) => state.waiting.length === 2],
  ["waiting_ended", { participant: "w" }, (state) => state.waiting.length === 0],
  ["admitted", { participant: "w" }, (state) => state.waiting.length === 0],
  ["opened", { meeting: { name: "New", room_class: "S", microphones: "floor", wait_for_presenter: false } },
    (state) => state.meeting.name === "New" && state.meeting.started_at === AT && state.participants.length === 0],
  ["locked", {}, (state) => state.meeting.locked],
  ["unlocked", {}, (state) => !state.meeting.locked],
  ["ended", {}, (state) => state.meeting.ended],
  ["microphones_set", { mode: "floor" }, (state) => state.meeting.microphones === "floor"],
  ["role_changed", { participant: "tom", role: "presenter" }, (state) => of("tom", state).role === "presenter"],
  ["renamed", { participant: "tom", name: "Thomas" }, (state) => of("tom", state).name === "Thomas"],
  ["hand_raised", { participant: "léa" }, (state) => of("léa", state).hand_raised_at === AT],
  ["hand_lowered", { participant: "tom" }, (state) => of("tom", state).hand_raised_at === null],
  ["floor_given", { participant: "tom", may_show: true }, (state) => {
    const { floor, floor_may_show, hand_raised_at } = of("tom", state);
    return floor && floor_may_show && hand_raised_at === null;
  }],
  ["floor_taken", { participant: "tom" }, (state) => !of("tom", state).floor],
  ["track_published", { participant: "tom", track: { id: "t2", kind: "video", source: "camera" } },
    (state) => of("tom", state).tracks[0].muted === false],
  ["track_published", { participant: "léa", track: microphone }, (state) => of("léa", state).tracks.length === 1],
  ["track_unpublished", { participant: "léa", track: "t1" }, (state) => of("léa", state).tracks.length === 0],
  ["track_muted", { participant: "léa", track: "t1", by: "tom" }, (state) => of("léa", state).tracks[0].muted],
  ["track_unmuted", { participant: "léa", track: "t1" }, (state) => !of("léa", state).tracks[0].muted],
  ["chat_sent", { id: "c2", from: "léa", from_name: "Léa", text: "Yes", to: "all" },
    (state) => state.slices.chat.messages[1].at === AT],
  ["chat_sent", { id: "c1", from: "tom", from_name: "tom", text: "Hi", to: "all" },
    (state) => state.slices.chat.messages.length === 1],
  ["chat_deleted", { id: "c1" }, (state) => state.slices.chat.messages.length === 0],
]) {
  test(`${kind} ${JSON.stringify(data)}`, () => {
    const before = start();
    const after = reduce(kind, data, before);
    assert.ok(expected(after));
    assert.ok(Object.isFrozen(after.participants) && Object.isFrozen(after.slices));
    assert.deepEqual(before, start(), "the state before is untouched");
  });
}

test("an unknown event and one about somebody unknown change nothing that matters", () => {
  const state = start();
  assert.equal(reduce("poll.opened", {}, state), state);
  assert.equal(reduce("toString", {}, state), state);
  assert.deepEqual(reduce("track_published", { participant: "nobody", track: microphone }, state), state);
  assert.deepEqual(reduce("hand_raised", { participant: "nobody" }, state), state);
});

test("what an event does not touch stays the same object", () => {
  const state = start();
  const after = reduce("hand_raised", { participant: "léa" }, state);
  assert.equal(after.slices, state.slices);
  assert.equal(of("tom", after), of("tom", state));
});

test("a plugin's reducer changes its own slice alone, also on core events, until it is removed", () => {
  const reducers = new Reducers();
  const remove = reducers.register("poll", {
    "poll.voted": (slice) => ({ votes: slice.votes + 1 }),
    left: () => ({ votes: 0 }),
  });
  const voted = reduce("poll.voted", {}, start(), reducers);
  assert.deepEqual(voted.slices.poll, { votes: 1 });
  assert.equal(voted.slices.chat.messages.length, 1);
  assert.deepEqual(reduce("left", { participant: "tom" }, voted, reducers).slices.poll, { votes: 0 });
  remove();
  assert.equal(reduce("poll.voted", {}, voted, reducers), voted);
});

test("a plugin's reducer that throws, or tries to mutate, leaves its slice and harms no other", () => {
  const reducers = new Reducers();
  reducers.register("poll", { left: (slice) => { slice.votes = 5; } });
  reducers.register("other", { left: () => ({ seen: true }) });
  const failures = [];
  const event = { seq: 1, at: AT, kind: "left", actor: null, data: { participant: "tom" } };
  const after = reducers.reduce(start(), event, (plugin) => failures.push(plugin));
  assert.deepEqual(failures, ["poll"]);
  assert.deepEqual(after.slices.poll, { votes: 0 });
  assert.deepEqual(after.slices.other, { seen: true });
  assert.equal(of("tom", after), null);
});

for (const [who, act, microphones, expected] of [
  [{ role: "presenter" }, "lock", "free", true],
  [{ role: "guest" }, "lock", "free", false],
  [{ role: "guest" }, "raise_hand", "free", true],
  [{ role: "guest" }, "publish:camera", "floor", true],
  [{ role: "guest" }, "publish:microphone", "free", true],
  [{ role: "guest" }, "publish:microphone", "floor", false],
  [{ role: "guest", floor: true }, "publish:microphone", "floor", true],
  [{ role: "guest" }, "publish:screen", "free", true],
  [{ role: "presenter" }, "publish:microphone", "floor", true],
  [{ role: "guest" }, "poll.vote", "free", true],
]) {
  test(`${JSON.stringify(who)} ${expected ? "may" : "may not"} ${act} where microphones are ${microphones}`, () => {
    const state = reduce("microphones_set", { mode: microphones });
    assert.equal(allowed(state, person("x", who), act), expected);
  });
}

test("nobody may anything before entering", () => assert.equal(allowed(null, null, "raise_hand"), false));
