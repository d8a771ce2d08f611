/** `<pal-shortcuts-dialog>`: the keyboard short cuts. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { DialogElement } from './dialog.js';

export class PalShortcutsDialog extends DialogElement {
  size = 'small';

  get title() {
    return t('Keyboard short cuts');
  }

  body() {
    const rows = [
      ['M', t('open or mute the microphone')],
      [t('Space'), t('hold to speak while muted')],
      ['V', t('start or stop my picture')],
      ['H', t('raise or lower my hand')],
      ['C', t('chat')],
      ['P', t('people')],
      ['?', t('this list')],
      [t('Esc'), t('close what is open')],
    ];
    return html`<table class="keys"><tbody>${rows.map(([key, words]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${words}</td></tr>`)}</tbody></table>
      <p class="small soft">${t('They rest while you write.')}</p>`;
  }
}

customElements.define('pal-shortcuts-dialog', PalShortcutsDialog);
