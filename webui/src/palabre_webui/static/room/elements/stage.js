/** `<pal-stage>`: the pictures. What is shown large, who stands in the strip or grid; positions are computed by layout.js. */

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './alone.js';
import './shown-screen.js';
import './tile.js';
import { duoRects, gridCapacity, gridRects, speakerRects } from './layout.js';
import { Seating } from './seating.js';
import { entriesOf, slotList } from './slot-list.js';
import { trackOf } from './person.js';

const PHONE_WIDTH = 640; // of the stage: below it one large picture serves better than a grid

export class PalStage extends RoomElement {
  static properties = { width: { state: true }, height: { state: true } };

  #seating = new Seating();
  #observer = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry.contentRect.width);
    this.height = Math.floor(entry.contentRect.height);
  });
  #clock = null;
  #places = new Map(); // element key → rectangle

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
    // A speaker waits a moment before their picture moves: look again although nothing else changed.
    this.#clock = setInterval(() => this.requestUpdate(), 1_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
    clearInterval(this.#clock);
  }

  render() {
    if (!this.width || !this.room.state) return nothing;
    this.#places.clear();
    const people = this.room.state.participants;
    const shown = entriesOf(this.room, 'stage');
    const screen = shown.length ? null : people.find((person) => trackOf(person, 'screen'));
    const { tiles, more } = this.#arrange(people, Boolean(shown.length || screen));
    return html`
      ${shown.length || screen ? html`<div class="shown" data-place="large">
        ${screen ? html`<pal-shown-screen .room=${this.room} .view=${this.view} .person=${screen}></pal-shown-screen>`
          : slotList(shown, shownContext, (place, entry) => html`<figure class="shown-entry">${place}<figcaption class="shown-caption" data-entry=${entry.id}></figcaption></figure>`)}
      </div>` : nothing}
      ${repeat(tiles, (person) => person.id, (person) => html`
        <pal-tile data-place=${person.id} .room=${this.room} .view=${this.view} .person=${person}
          @dblclick=${() => this.view.pin(person.id)}></pal-tile>`)}
      ${more > 0 ? html`<button type="button" class="more-people" data-place="more" @click=${() => this.view.openPanel('people')}>
        <span class="more-number">+${more}</span><span>${t.n('{n} other person', '{n} other people', more)}</span></button>` : nothing}
      ${people.length === 1 && !shown.length && !screen ? html`<pal-alone .room=${this.room} .view=${this.view}></pal-alone>` : nothing}`;
  }

  updated() {
    for (const element of this.querySelectorAll('[data-place]')) {
      const place = this.#places.get(element.dataset.place);
      if (!place) continue;
      const { x, y, width, height } = place;
      element.style.setProperty('left', `${x}px`);
      element.style.setProperty('top', `${y}px`);
      element.style.setProperty('width', `${width}px`);
      element.style.setProperty('height', `${height}px`);
      element.toggleAttribute('data-small', width < 240 || height < 130);
      element.toggleAttribute('data-floating', Boolean(place.floating));
    }
  }

  #arrange(people, somethingShown) {
    const me = this.room.myId;
    const kind = this.#kind(people, somethingShown);
    if (kind === 'strip') return this.#withStrip(people, null);
    if (kind === 'grid') return this.#grid(people);
    const { speakers } = this.room.media;
    const large = this.#seating.large(people, { pinned: this.view.pinned, dominant: speakers.dominant, me, now: Date.now() });
    if (kind === 'duo') {
      const rects = duoRects(this.width, this.height);
      for (const person of people) this.#places.set(person.id, person.id === large ? rects.large : { ...rects.small, floating: true });
      return { tiles: people, more: 0 };
    }
    return this.#withStrip(people, large);
  }

  /** 'strip' beside something shown, 'grid', 'duo' (one large, one in the corner) or 'speaker'. */
  #kind(people, somethingShown) {
    if (somethingShown) return 'strip';
    const pinned = people.some((person) => person.id === this.view.pinned);
    if (people.length === 2 && (pinned || this.view.layout !== 'grid')) return 'duo';
    if (pinned || this.view.layout === 'speaker') return people.length === 1 ? 'grid' : 'speaker';
    if (this.view.layout === 'grid' || people.length === 1) return 'grid';
    return this.width < PHONE_WIDTH ? 'speaker' : 'grid';
  }

  #grid(people) {
    const tall = this.height > this.width;
    const shape = { narrowest: tall ? 0.75 : 1.2, widest: 16 / 9 };
    const capacity = gridCapacity(this.width, this.height, { ...shape, smallest: this.width < PHONE_WIDTH ? 140 : 200 });
    const { tiles, more } = this.#seated(people, capacity);
    const rects = gridRects(tiles.length + (more > 0 ? 1 : 0), this.width, this.height, shape);
    tiles.forEach((person, index) => this.#places.set(person.id, rects[index]));
    if (more > 0) this.#places.set('more', rects.at(-1));
    return { tiles, more };
  }

  #withStrip(people, large) {
    const others = people.filter((person) => person.id !== large);
    const { capacity } = speakerRects(others.length, this.width, this.height);
    const { tiles, more } = this.#seated(others, capacity);
    const rects = speakerRects(tiles.length + (more > 0 ? 1 : 0), this.width, this.height);
    this.#places.set(large ?? 'large', rects.large);
    tiles.forEach((person, index) => this.#places.set(person.id, rects.strip[index]));
    if (more > 0) this.#places.set('more', rects.strip.at(-1));
    const first = people.filter((person) => person.id === large);
    return { tiles: [...first, ...tiles], more };
  }

  #seated(people, capacity) {
    const places = people.length > capacity ? Math.max(0, capacity - 1) : people.length;
    const { ranked } = this.room.media.speakers;
    const tiles = this.#seating.seats(people, places, { ranked, me: this.room.myId, now: Date.now() });
    return { tiles, more: people.length - tiles.length };
  }
}

/** What a plugin's stage entry may call. */
function shownContext(place) {
  return { caption: (text) => { place.parentElement.querySelector('.shown-caption').textContent = text; } };
}

customElements.define('pal-stage', PalStage);
