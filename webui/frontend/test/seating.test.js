import assert from "node:assert/strict";
import { test } from "node:test";

import { Seating } from "../../src/palabre_webui/static/room/elements/seating.js";

const people = (...ids) => ids.map((id) => ({ id }));
const ids = (list) => list.map(({ id }) => id);

test("the one who speaks becomes large, and stays so for at least three seconds", () => {
  const seating = new Seating();
  const large = (dominant, now) => seating.large(people("me", "a", "b"), { pinned: null, dominant, me: "me", now });
  assert.equal(large("a", 10_000), "a");
  assert.equal(large("b", 11_000), "a");
  assert.equal(large("b", 13_000), "b");
  assert.equal(large("a", 14_000), "b");
});

test("I am never shown large to myself while others are there", () => {
  const seating = new Seating();
  assert.equal(seating.large(people("me", "a"), { pinned: null, dominant: "me", me: "me", now: 0 }), "a");
  assert.equal(new Seating().large(people("me"), { pinned: null, dominant: "me", me: "me", now: 0 }), "me");
});

test("a pinned person is large at once, whoever speaks", () => {
  assert.equal(new Seating().large(people("me", "a", "b"), { pinned: "b", dominant: "a", me: "me", now: 0 }), "b");
});

test("who was large and left gives the place to somebody present", () => {
  const seating = new Seating();
  seating.large(people("me", "a", "b"), { pinned: null, dominant: "a", me: "me", now: 0 });
  assert.equal(seating.large(people("me", "b"), { pinned: null, dominant: null, me: "me", now: 100 }), "b");
});

test("pictures keep their places when somebody comes, leaves or speaks", () => {
  const seating = new Seating();
  const seats = (list, ranked, now) => ids(seating.seats(people(...list), 3, { ranked, me: "me", now }));
  assert.deepEqual(seats(["me", "a", "b", "c"], [], 0), ["me", "a", "b"]);
  assert.deepEqual(seats(["me", "a", "b", "c"], ["b", "a"], 1_000), ["me", "a", "b"]);
  assert.deepEqual(seats(["me", "b", "c"], ["b"], 2_000), ["me", "b", "c"]);
});

test("a speaker without a place takes that of the most silent, at most every three seconds", () => {
  const seating = new Seating();
  const seats = (ranked, now) => ids(seating.seats(people("me", "a", "b", "c", "d"), 3, { ranked, me: "me", now }));
  assert.deepEqual(seats([], 0), ["me", "a", "b"]);
  assert.deepEqual(seats(["c", "a"], 10_000), ["me", "a", "c"]);
  assert.deepEqual(seats(["d", "c"], 11_000), ["me", "a", "c"]);
  assert.deepEqual(seats(["d", "c"], 13_000), ["me", "d", "c"]);
});

test("I always have a place, also when I came last", () => {
  const seats = new Seating().seats(people("a", "b", "c", "me"), 2, { ranked: [], me: "me", now: 0 });
  assert.deepEqual(ids(seats), ["a", "me"]);
});
