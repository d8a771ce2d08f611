/** Draws every entry of one slot, each in a place of its own that stays while the entry stays. */

import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import './slot.js';

export function entriesOf(room, slot) {
  return room.plugins?.slots?.[slot] ?? [];
}

/** `context` is given to each mount; `wrap(place, entry)` may put something around it. */
export function slotList(entries, context, wrap = (place) => place) {
  return repeat(entries, (entry) => entry.id, (entry) => wrap(html`<pal-slot .entry=${entry} .context=${context}></pal-slot>`, entry));
}
