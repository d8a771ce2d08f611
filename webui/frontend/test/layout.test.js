import assert from "node:assert/strict";
import { test } from "node:test";

import { duoRects, gridCapacity, gridRects, speakerRects } from "../../src/palabre_webui/static/room/elements/layout.js";

const WINDOWS = [[1280, 720], [936, 704], [360, 560], [844, 300], [320, 200]];

function inside({ x, y, width, height }, boxWidth, boxHeight) {
  return x >= -0.5 && y >= -0.5 && x + width <= boxWidth + 0.5 && y + height <= boxHeight + 0.5 && width > 0 && height > 0;
}

function apart(one, other) {
  return one.x + one.width <= other.x + 0.5 || other.x + other.width <= one.x + 0.5
    || one.y + one.height <= other.y + 0.5 || other.y + other.height <= one.y + 0.5;
}

for (const [width, height] of WINDOWS) {
  test(`the grid stays in a window of ${width} × ${height} and no picture covers another`, () => {
    for (let count = 1; count <= 30; count += 1) {
      const rects = gridRects(count, width, height, { narrowest: 0.75 });
      assert.equal(rects.length, count);
      assert.ok(rects.every((rect) => inside(rect, width, height)), `${count} people`);
      for (let i = 0; i < count; i += 1) for (let j = i + 1; j < count; j += 1) assert.ok(apart(rects[i], rects[j]), `${count}: ${i} and ${j}`);
    }
  });

  test(`the strip stays in a window of ${width} × ${height}, beside the large picture`, () => {
    for (let count = 1; count <= 12; count += 1) {
      const { large, strip, capacity } = speakerRects(count, width, height);
      assert.equal(strip.length, Math.min(count, capacity));
      for (const rect of strip) assert.ok(inside(rect, width, height) && apart(rect, large), `${count} people`);
    }
  });
}

test("the grid takes the arrangement with the largest pictures", () => {
  const columns = (count, width, height) => new Set(gridRects(count, width, height).map(({ x }) => Math.round(x))).size;
  assert.equal(columns(4, 1280, 720), 2);
  assert.equal(columns(2, 1280, 400), 2);
  assert.equal(columns(2, 400, 800), 1);
  assert.equal(columns(9, 1280, 720), 3);
});

test("the last row stands in the middle", () => {
  const [, , , fourth, fifth] = gridRects(5, 1280, 720);
  assert.equal(Math.round(fourth.x + fifth.x + fifth.width), 1280);
});

test("pictures never get smaller than asked: the rest is counted, not shown", () => {
  const capacity = gridCapacity(800, 600, { smallest: 200 });
  assert.ok(gridRects(capacity, 800, 600)[0].width >= 200);
  assert.ok(gridRects(capacity + 1, 800, 600)[0].width < 200);
});

test("of two people the other fills the window and I stand small in its corner", () => {
  const { large, small } = duoRects(1280, 720);
  assert.deepEqual(large, { x: 0, y: 0, width: 1280, height: 720 });
  assert.ok(inside(small, 1280, 720) && small.width <= 240);
});
