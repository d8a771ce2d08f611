/** `<pal-dialogs>`: opens the dialog that the view asks for. */

import { html } from 'lit';
import { RoomElement } from './element.js';
import './confirm-dialog.js';
import './doctor-dialog.js';
import './rename-dialog.js';
import './settings-dialog.js';
import './shortcuts-dialog.js';

export class PalDialogs extends RoomElement {
  #open = (event) => this.querySelector(`pal-${event.detail}-dialog`).show();
  #ask = (event) => this.querySelector('pal-confirm-dialog').ask(event.detail);

  connectedCallback() {
    super.connectedCallback();
    this.view.addEventListener('dialog', this.#open);
    this.view.addEventListener('confirm', this.#ask);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.view.removeEventListener('dialog', this.#open);
    this.view.removeEventListener('confirm', this.#ask);
  }

  render() {
    const { room, view } = this;
    return html`
      <pal-settings-dialog .room=${room} .view=${view}></pal-settings-dialog>
      <pal-shortcuts-dialog .room=${room} .view=${view}></pal-shortcuts-dialog>
      <pal-doctor-dialog .room=${room} .view=${view}></pal-doctor-dialog>
      <pal-rename-dialog .room=${room} .view=${view}></pal-rename-dialog>
      <pal-confirm-dialog .room=${room} .view=${view}></pal-confirm-dialog>`;
  }
}

customElements.define('pal-dialogs', PalDialogs);
