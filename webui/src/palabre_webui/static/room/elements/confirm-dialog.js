/** `<pal-confirm-dialog>`: asks before something that cannot be taken back. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { DialogElement } from './dialog.js';

export class PalConfirmDialog extends DialogElement {
  size = 'small';
  #question = null;

  get title() {
    return this.#question.title;
  }

  /** @param {{title: string, text: string, button: string, danger?: boolean, run: () => unknown}} question */
  ask(question) {
    this.#question = question;
    return this.show();
  }

  body() {
    const { text, button, danger, run } = this.#question;
    return html`
      <p>${text}</p>
      <div class="dialog-end">
        <button type="button" class="pal-button" autofocus @click=${() => this.close()}>${t('Cancel')}</button>
        <button type="button" class="pal-button ${danger ? 'pal-button--danger' : 'pal-button--primary'}" @click=${() => { this.close(); run(); }}>${button ?? nothing}</button>
      </div>`;
  }
}

customElements.define('pal-confirm-dialog', PalConfirmDialog);
