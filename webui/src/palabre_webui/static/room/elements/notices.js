/** `<pal-notices>`: short sentences above the bar; a question stays until it is answered. */

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

const icons = { info: 'info', good: 'circle-check', warning: 'triangle-alert', error: 'triangle-alert', question: 'circle-question-mark' };

export class PalNotices extends RoomElement {
  render() {
    return html`<ul aria-live="polite" aria-relevant="additions">${repeat(this.view.notices, ({ key }) => key, ({ key, kind, text, actions }) => html`
      <li class="notice notice--${kind}">
        <pal-icon name=${icons[kind] ?? 'info'}></pal-icon>
        <span class="notice-text">${text}</span>
        ${actions.length ? html`<span class="notice-actions">${actions.map(({ label, onClick }) => html`
          <button type="button" class="pal-button" @click=${() => { this.view.dismiss(key); onClick(); }}>${label}</button>`)}</span>` : nothing}
        <button type="button" class="pal-button pal-button--quiet pal-button--icon" aria-label=${t('Close this note')} @click=${() => this.view.dismiss(key)}>
          <pal-icon name="x"></pal-icon></button>
      </li>`)}</ul>`;
  }
}

customElements.define('pal-notices', PalNotices);
