import assert from "node:assert/strict";
import { test } from "node:test";

import { JournalCursor } from "../../src/palabre_webui/static/room/journal.js";

const events = (...numbers) => numbers.map((seq) => ({ seq, at: "", kind: "x", actor: null, data: {} }));
const numbers = (list) => list.map(({ seq }) => seq);

for (const [what, given, applied, gap] of [
  ["those in order", [[6], [7, 8]], [6, 7, 8], false],
  ["known ones, dropped", [[4, 5, 6]], [6], false],
  ["one too early, held back", [[7]], [], true],
  ["what fills the gap", [[8], [7], [6]], [6, 7, 8], false],
  ["the same one twice", [[6], [6], [8], [8], [7]], [6, 7, 8], false],
]) {
  test(`applies ${what}`, () => {
    const cursor = new JournalCursor();
    cursor.reset(5);
    assert.deepEqual(given.flatMap((some) => numbers(cursor.take(events(...some)))), applied);
    assert.equal(cursor.gap, gap);
  });
}

test("holds everything while a fresh snapshot is on its way, then applies what follows it", () => {
  const cursor = new JournalCursor();
  cursor.reset(5);
  cursor.pause();
  assert.deepEqual(cursor.take(events(6, 7, 8)), []);
  assert.equal(cursor.gap, false);
  assert.deepEqual(numbers(cursor.reset(7)), [8]);
});

test("a snapshot older than the place reached brings its followers again", () => {
  const cursor = new JournalCursor();
  cursor.reset(5);
  cursor.pause();
  cursor.take(events(6));
  assert.deepEqual(numbers(cursor.reset(5)), [6]);
});

test("goes on with what it held when the snapshot does not come", () => {
  const cursor = new JournalCursor();
  cursor.reset(5);
  cursor.pause();
  cursor.take(events(6));
  assert.deepEqual(numbers(cursor.resume()), [6]);
});
