/** What our dialogs share: the browser's own `<dialog>`, a title, a way to close, and focus that goes back. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

/** A subclass gives `title` (getter), `body()` and, where it likes, `size` ('small'). Drawn only while open. */
export class DialogElement extends RoomElement {
  static properties = { opened: { state: true } };

  size = '';

  constructor() {
    super();
    this.opened = false;
  }

  async show() {
    this.opened = true;
    await this.updateComplete;
    const dialog = this.querySelector('dialog');
    if (!dialog.open) dialog.showModal();
  }

  close() {
    this.querySelector('dialog')?.close();
  }

  render() {
    if (!this.opened) return nothing;
    return html`<dialog class="pal-dialog ${this.size ? `pal-dialog--${this.size}` : ''}" aria-labelledby="${this.localName}-title"
        @close=${() => { this.opened = false; this.closed(); }} @click=${this.#clicked}>
      <header><h2 id="${this.localName}-title">${this.title}</h2>
        <button type="button" class="pal-button pal-button--quiet pal-button--icon" aria-label=${t('Close')} title=${t('Close')} @click=${() => this.close()}>
          <pal-icon name="x"></pal-icon></button></header>
      <div class="dialog-body">${this.body()}</div>
    </dialog>`;
  }

  /** Called after closing, by whatever way. */
  closed() {}

  /** A click on the backdrop lands on the dialog itself. */
  #clicked(event) {
    if (event.target !== event.currentTarget) return;
    const box = event.currentTarget.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) this.close();
  }
}
