/** `<pal-chat>`: what was written, and the field to write in. Names and words are always text, never markup. */

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './chat-composer.js';
import './icon.js';
import { grouped, linkParts } from './chat-reading.js';

const TYPING_MS = 4_000;

export class PalChat extends RoomElement {
  #typing = new Map(); // participant id → time out
  #off = null;
  #followsEnd = true;
  #top = 0; // where the list was scrolled to
  #sized = new ResizeObserver(() => this.#scrollToEnd());

  connectedCallback() {
    super.connectedCallback();
    this.#off = this.room.onSignal('typing', ({ from }) => this.#types(from));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#off?.();
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
    this.#sized.disconnect();
  }

  firstUpdated() {
    // The field below grows, a phone's keyboard rises: the last message stays in sight.
    this.#sized.observe(this.querySelector('.chat-list'));
  }

  render() {
    const messages = this.room.state.slices?.chat?.messages ?? [];
    return html`
      <div class="panel-body chat-list" tabindex="0" role="log" aria-label=${t('Messages')} @scroll=${this.#scrolled}>
        ${messages.length === 0 ? html`<div class="empty"><pal-icon name="message-circle"></pal-icon>
          <p>${t('Nothing written yet. Messages stay visible for everyone who joins this meeting.')}</p></div>` : nothing}
        ${repeat(grouped(messages), ({ key }) => key, (group) => this.#group(group))}
      </div>
      <p class="typing" aria-live="off">${this.#whoTypes()}</p>
      <pal-chat-composer .room=${this.room} .view=${this.view} @sent=${() => { this.#followsEnd = true; }}></pal-chat-composer>`;
  }

  updated() {
    this.#scrollToEnd();
  }

  #scrollToEnd() {
    const list = this.querySelector('.chat-list');
    if (this.#followsEnd && list) list.scrollTop = list.scrollHeight;
  }

  #group({ from, name, to, at, messages }) {
    const mine = from === this.room.myId;
    return html`<article class=${mine ? 'chat-group chat-group--mine' : 'chat-group'}>
      <header><bdi class="chat-name one-line" dir="auto">${mine ? t('You') : name}</bdi>
        <time datetime=${at}>${clock(at)}</time>
        ${to === 'presenters' ? html`<span class="chat-private"><pal-icon name="lock"></pal-icon>${t('presenters only')}</span>` : nothing}
      </header>
      ${messages.map((message) => html`<div class="chat-message">
        <p dir="auto">${linkParts(message.text).map((part) => (part.href
          ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>` : part.text))}</p>
        ${this.#mayDelete(message) ? html`<button type="button" class="chat-delete" title=${t('Delete this message')} aria-label=${t('Delete this message')}
          @click=${() => this.view.act('chat_delete', { id: message.id })}><pal-icon name="trash-2"></pal-icon></button>` : nothing}
      </div>`)}
    </article>`;
  }

  #mayDelete(message) {
    return message.from === this.room.myId || this.room.me?.role === 'presenter';
  }

  #scrolled(event) {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    // Only scrolling up by hand stops it; a list that got shorter has not been scrolled.
    if (scrollHeight - scrollTop - clientHeight < 40) this.#followsEnd = true;
    else if (scrollTop < this.#top) this.#followsEnd = false;
    this.#top = scrollTop;
  }

  #types(id) {
    if (id === this.room.myId) return;
    clearTimeout(this.#typing.get(id));
    this.#typing.set(id, setTimeout(() => {
      this.#typing.delete(id);
      this.requestUpdate();
    }, TYPING_MS));
    this.requestUpdate();
  }

  #whoTypes() {
    const names = [...this.#typing.keys()].map((id) => this.room.state.participants.find((person) => person.id === id)?.name).filter(Boolean);
    if (names.length === 0) return '';
    if (names.length === 1) return t('{name} is writing…', { name: names[0] });
    return t.n('{n} person is writing…', '{n} people are writing…', names.length);
  }
}

function clock(iso) {
  return new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
}

customElements.define('pal-chat', PalChat);
