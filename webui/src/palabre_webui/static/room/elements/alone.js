/** `<pal-alone>`: what to do while nobody else is here. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

export class PalAlone extends RoomElement {
  render() {
    const link = this.room.config.meeting?.link; // the public address; a personal link is never offered for copying
    return html`
      <p>${t('You are the only one here for now.')}</p>
      ${link ? html`<button type="button" class="pal-button" @click=${() => this.#copy(link)}>
        <pal-icon name="copy"></pal-icon><span>${t('Copy the link for others')}</span></button>` : nothing}`;
  }

  async #copy(link) {
    const done = await this.view.attempt(() => navigator.clipboard.writeText(link));
    if (done) this.view.notify(t('Link copied. Whoever opens it can join.'), { kind: 'good' });
  }
}

customElements.define('pal-alone', PalAlone);
