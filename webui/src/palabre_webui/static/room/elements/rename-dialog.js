/** `<pal-rename-dialog>`: changing my own name in the meeting. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { DialogElement } from './dialog.js';

export class PalRenameDialog extends DialogElement {
  static properties = { problem: { state: true } };

  size = 'small';

  get title() {
    return t('Change my name');
  }

  closed() {
    this.problem = null;
  }

  body() {
    return html`<form @submit=${this.#submit}>
      <div class="pal-field">
        <label for="new-name">${t('Your name')}</label>
        <input id="new-name" class="pal-input" name="name" dir="auto" required maxlength="80" autocomplete="name" autofocus
          .value=${this.room.me?.name ?? ''} aria-invalid=${this.problem ? 'true' : nothing} aria-describedby="new-name-problem">
        <p class="field-problem" id="new-name-problem" role="alert">${this.problem ?? nothing}</p>
      </div>
      <div class="dialog-end"><button type="submit" class="pal-button pal-button--primary">${t('Save')}</button></div>
    </form>`;
  }

  async #submit(event) {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get('name').trim();
    try {
      if (name && name !== this.room.me?.name) await this.room.act('rename', { name });
      this.close();
    } catch (error) {
      this.problem = error.message;
    }
  }
}

customElements.define('pal-rename-dialog', PalRenameDialog);
