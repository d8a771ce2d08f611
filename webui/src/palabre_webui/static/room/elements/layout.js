/** Where pictures stand: pure arithmetic over a box, in CSS pixels. Rectangles are `{x, y, width, height}`. */

/**
 * The grid of `count` equal pictures with the largest area in a box. Pictures keep an aspect between `narrowest` and
 * `widest` (width / height); the last row is centred.
 */
export function gridRects(count, width, height, { gap = 8, narrowest = 4 / 3, widest = 16 / 9 } = {}) {
  if (count === 0) return [];
  const best = bestGrid(count, width, height, { gap, narrowest, widest });
  const gridHeight = best.rows * best.height + (best.rows - 1) * gap;
  const top = (height - gridHeight) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / best.columns);
    const inRow = row === best.rows - 1 ? count - row * best.columns : best.columns;
    const rowWidth = inRow * best.width + (inRow - 1) * gap;
    return {
      x: (width - rowWidth) / 2 + (index - row * best.columns) * (best.width + gap),
      y: top + row * (best.height + gap),
      width: best.width,
      height: best.height,
    };
  });
}

function bestGrid(count, width, height, { gap, narrowest, widest }) {
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const fitted = fitAspect((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows, narrowest, widest);
    const area = fitted.width * fitted.height;
    if (!best || area > best.area + 1) best = { ...fitted, columns, rows, area };
  }
  return best;
}

function fitAspect(cellWidth, cellHeight, narrowest, widest) {
  const width = Math.max(1, Math.min(cellWidth, cellHeight * widest));
  return { width, height: Math.max(1, Math.min(cellHeight, width / narrowest)) };
}

/** How many pictures a grid may hold before they get smaller than `smallest` pixels wide. */
export function gridCapacity(width, height, { gap = 8, smallest = 200, narrowest = 4 / 3, widest = 16 / 9 } = {}) {
  for (let count = 80; count > 1; count -= 1) {
    const best = bestGrid(count, width, height, { gap, narrowest, widest });
    if (best.width >= smallest) return count;
  }
  return 1;
}

/**
 * One large picture and a strip: at the right in a wide box, below in a tall one. Returns `{large, strip: [rect…]}`;
 * the strip holds at most what fits.
 */
export function speakerRects(count, width, height, { gap = 8, strip = 180 } = {}) {
  const whole = { x: 0, y: 0, width, height };
  if (count === 0) return { large: whole, strip: [], capacity: 0 };
  if (width > height * 1.05 && width >= 560) {
    const wide = Math.min(strip, width * 0.22);
    const capacity = Math.max(1, Math.floor((height + gap) / (wide * (9 / 16) + gap)));
    const shown = Math.min(count, capacity);
    // A little taller than 16:9 while there is room for it.
    const each = Math.min(wide * 0.62, (height - gap * (shown - 1)) / shown);
    return {
      large: { x: 0, y: 0, width: width - wide - gap, height },
      strip: row(shown).map((i) => ({ x: width - wide, y: i * (each + gap), width: wide, height: each })),
      capacity,
    };
  }
  const across = width < 480 ? 3 : Math.max(3, Math.floor((width + gap) / (strip + gap)));
  const each = (width - gap * (across - 1)) / across;
  const tall = Math.min(each, height * 0.24, 140);
  const shown = Math.min(count, across);
  const left = (width - shown * each - (shown - 1) * gap) / 2;
  return {
    large: { x: 0, y: 0, width, height: height - tall - gap },
    strip: row(shown).map((i) => ({ x: left + i * (each + gap), y: height - tall, width: each, height: tall })),
    capacity: across,
  };
}

/** Two people: the other one fills the box, I stand small in the corner. */
export function duoRects(width, height, { margin = 12 } = {}) {
  const small = Math.max(112, Math.min(240, width * 0.22));
  const tall = width > height ? small * 0.62 : small * 1.3;
  return {
    large: { x: 0, y: 0, width, height },
    small: { x: width - small - margin, y: height - tall - margin, width: small, height: tall },
  };
}

function row(count) {
  return Array.from({ length: count }, (_, index) => index);
}
