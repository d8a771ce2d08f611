/** `<pal-announcer>`: tells screen readers what others see happen, and everyone what concerns them alone. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';

export class PalAnnouncer extends RoomElement {
  #offs = [];

  connectedCallback() {
    super.connectedCallback();
    const on = (kind, words) => this.#offs.push(this.room.on(kind, (event) => {
      const text = words(event.data, event);
      if (text) this.view.say(text);
    }));
    on('joined', ({ participant }) => participant.id !== this.room.myId && t('{name} joined', { name: participant.name }));
    on('left', ({ participant }, event) => t('{name} left', { name: event.data.name ?? this.#names.get(participant) ?? t('Somebody') }));
    on('hand_raised', ({ participant }) => participant !== this.room.myId && t('{name} asks to speak', { name: this.#name(participant) }));
    on('chat_sent', ({ from, from_name: name, text }) => from !== this.room.myId && this.view.panel !== 'chat' && t('{name} wrote: {text}', { name, text }));
    on('floor_given', ({ participant, may_show: mayShow }) => this.#floor(participant, mayShow));
    on('floor_taken', ({ participant }) => this.#mine(participant, t('You no longer have the floor.')));
    on('role_changed', ({ participant, role }) => this.#mine(participant, role === 'presenter' ? t('You are presenter now.') : t('You are a guest now.')));
    on('locked', () => t('The meeting is locked'));
    on('unlocked', () => t('The meeting is open again'));
    on('reacted', ({ participant, reaction }) => void this.view.showReaction(participant, reaction));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const off of this.#offs.splice(0)) off();
  }

  render() {
    for (const person of this.room.state?.participants ?? []) this.#names.set(person.id, person.name);
    return html`<div class="visually-hidden" aria-live="polite">${this.view.said}</div>`;
  }

  #names = new Map(); // who has been here: a name is needed after the person left

  #name(id) {
    return this.#names.get(id) ?? t('Somebody');
  }

  #mine(participant, text) {
    if (participant === this.room.myId) this.view.notify(text);
  }

  #floor(participant, mayShow) {
    if (participant !== this.room.myId) return t('{name} has the floor', { name: this.#name(participant) });
    this.view.notify(mayShow ? t('You have the floor and may show your screen.') : t('You have the floor: open your microphone and speak.'), { kind: 'good' });
    return null;
  }
}

customElements.define('pal-announcer', PalAnnouncer);
