/** What all elements of the room share: light DOM (one style sheet for us and for plugins) and drawing again on change. */

import { LitElement } from 'lit';

/**
 * An element drawn from the room's state. `room` is the RoomController, `view` what this window shows of it (see view.js).
 * It is drawn again when either changes; nothing in it is ever written by hand into the page.
 */
export class RoomElement extends LitElement {
  static properties = { room: { attribute: false }, view: { attribute: false } };

  #sources = [];
  #redraw = () => this.requestUpdate();

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#listen();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#forget();
  }

  willUpdate(changed) {
    if (changed.has('room') || changed.has('view')) this.#listen();
  }

  #listen() {
    this.#forget();
    this.#sources = [this.room, this.view].filter(Boolean); // the controller also speaks for its media and plugins
    for (const source of this.#sources) source.addEventListener('change', this.#redraw);
  }

  #forget() {
    for (const source of this.#sources) source.removeEventListener('change', this.#redraw);
    this.#sources = [];
  }
}
