/** `<pal-connection-chip>`: before joining, whether the way to the meeting is free; opens the connection doctor. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from '../elements/element.js';
import '../elements/icon.js';

export class PalConnectionChip extends RoomElement {
  #redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    const { doctor } = this.room;
    doctor?.addEventListener('change', this.#redraw);
    if (doctor && !doctor.verdict) doctor.run().catch((error) => console.warn('The connection check stopped:', error));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.room.doctor?.removeEventListener('change', this.#redraw);
  }

  render() {
    const level = this.room.doctor?.verdict?.level;
    const [look, icon, words] = {
      good: ['pal-chip--good', 'signal-high', t('Connection is good')],
      limited: ['pal-chip--warn', 'signal-medium', t('Connection works, with a detour')],
      failed: ['pal-chip--bad', 'wifi-off', t('Connection has a problem: what to do')],
    }[level] ?? ['', 'loader-circle', t('Checking the connection…')];
    return html`<button type="button" class="pal-chip ${look}" @click=${() => this.view.openDialog('doctor')}>
      <pal-icon class=${level ? '' : 'turning'} name=${icon}></pal-icon><span role="status">${words}</span></button>`;
  }
}

customElements.define('pal-connection-chip', PalConnectionChip);
