/** `<pal-chat-composer>`: writing a message, to everyone or to the presenters. What could not be sent stays in the field. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

const LONGEST = 4_000;
const TYPING_EVERY_MS = 2_500;

export class PalChatComposer extends RoomElement {
  static properties = { text: { state: true }, to: { state: true }, sending: { state: true } };

  #saidTyping = 0;

  constructor() {
    super();
    this.text = '';
    this.to = 'all';
    this.sending = false;
  }

  render() {
    const left = LONGEST - this.text.length;
    return html`<form class="composer" @submit=${this.#submit}>
      <div class="composer-to">
        <label for="chat-to">${t('To')}</label>
        <select id="chat-to" class="pal-select" @change=${(event) => { this.to = event.target.value; }}>
          <option value="all" ?selected=${this.to === 'all'}>${t('everyone')}</option>
          <option value="presenters" ?selected=${this.to === 'presenters'}>${t('presenters only')}</option>
        </select>
      </div>
      <div class="composer-write">
        <textarea class="pal-textarea" rows="1" dir="auto" maxlength=${LONGEST} aria-label=${t('Your message')} placeholder=${t('Write a message')}
          .value=${this.text} @input=${this.#typed} @keydown=${this.#keys}></textarea>
        <button type="submit" class="pal-button pal-button--primary pal-button--icon" aria-label=${t('Send')} title=${t('Send (Enter)')}
          ?disabled=${this.sending || !this.text.trim()}><pal-icon name="send"></pal-icon></button>
      </div>
      ${left < 200 ? html`<p class="small soft" role="status">${t.n('{n} character left', '{n} characters left', left)}</p>` : nothing}
    </form>`;
  }

  updated() {
    const field = this.querySelector('textarea');
    field.style.setProperty('height', 'auto');
    field.style.setProperty('height', `${Math.min(field.scrollHeight + 2, 140)}px`);
  }

  #typed(event) {
    this.text = event.target.value;
    if (Date.now() - this.#saidTyping < TYPING_EVERY_MS || !this.text) return;
    this.#saidTyping = Date.now();
    // Whether one writes to the presenters alone is nobody else's business.
    if (this.to === 'all') this.room.signal('typing', {});
  }

  #keys(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #submit(event) {
    event.preventDefault();
    this.#send();
  }

  async #send() {
    const text = this.text.trim();
    if (!text || this.sending) return;
    this.sending = true;
    const done = await this.view.act('chat_send', { text, to: this.to });
    this.sending = false;
    if (!done) return;
    this.text = '';
    this.#saidTyping = 0;
    this.dispatchEvent(new Event('sent'));
    this.querySelector('textarea').focus();
  }
}

customElements.define('pal-chat-composer', PalChatComposer);
