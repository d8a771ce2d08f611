/** `<pal-panel>`: the one panel at the right (a sheet from below on a phone): people, chat, or a plugin's. */

import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './chat.js';
import './icon.js';
import './people.js';
import './slot.js';
import { entriesOf } from './slot-list.js';

export class PalPanel extends RoomElement {
  #shown = null;

  render() {
    const { view } = this;
    if (!view.panel) return nothing;
    const entry = entriesOf(this.room, 'panel').find((candidate) => `plugin:${candidate.id}` === view.panel);
    const title = { people: t('People'), chat: t('Chat') }[view.panel] ?? entry?.label;
    if (title === undefined) return nothing; // the plugin that drew it is gone
    return keyed(view.panel, html`
      <aside class="panel ${view.panel === 'people' ? 'panel--people' : ''}" aria-label=${title} @keydown=${this.#keys}>
        <header class="panel-head">
          <h2 tabindex="-1">${title}</h2>
          <button type="button" class="pal-button pal-button--icon" aria-label=${t('Close')} title=${t('Close')} @click=${() => this.#close()}>
            <pal-icon name="x"></pal-icon></button>
        </header>
        ${entry ? html`<div class="panel-body"><pal-slot .entry=${entry} .context=${this.#context()}></pal-slot></div>` : nothing}
        ${view.panel === 'people' ? html`<pal-people .room=${this.room} .view=${view}></pal-people>` : nothing}
        ${view.panel === 'chat' ? html`<pal-chat .room=${this.room} .view=${view}></pal-chat>` : nothing}
      </aside>`);
  }

  updated() {
    if (this.view.panel === this.#shown) return;
    this.#shown = this.view.panel;
    this.#focusInside();
  }

  /** Whoever opened it wants to read or write in it: the chat's own field, else the heading. */
  async #focusInside() {
    await this.querySelector('pal-chat')?.updateComplete;
    await this.querySelector('pal-chat-composer')?.updateComplete;
    // On a phone the keyboard would cover what is to be read.
    const field = this.view.phone ? null : this.querySelector('.composer textarea');
    (field ?? this.querySelector('h2'))?.focus({ preventScroll: true });
  }

  #context() {
    const panel = this.view.panel;
    return { close: () => this.view.openPanel(null), badge: (count) => this.view.setBadge(panel, count) };
  }

  #keys(event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    this.#close();
  }

  #close() {
    const panel = this.view.panel;
    this.view.openPanel(null);
    const opener = document.querySelector(panel === 'people' ? '.bar-people button' : '.bar-chat button');
    opener?.focus({ preventScroll: true });
  }
}

customElements.define('pal-panel', PalPanel);
