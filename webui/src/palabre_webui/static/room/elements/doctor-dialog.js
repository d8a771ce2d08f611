/** `<pal-doctor-dialog>`: the connection doctor beside the meeting. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { DialogElement } from './dialog.js';
import './doctor.js';

export class PalDoctorDialog extends DialogElement {
  get title() {
    return t('Connection check');
  }

  async show() {
    this.view.attempt(() => this.room.doctor.run());
    return super.show();
  }

  body() {
    return html`<pal-doctor .room=${this.room} .view=${this.view}></pal-doctor>`;
  }
}

customElements.define('pal-doctor-dialog', PalDoctorDialog);
