/** `<pal-person-row>`: one person in the people panel, with microphone and menu; asking to speak, with *Give the floor*. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './avatar.js';
import './icon.js';
import './menu.js';
import { isSpeaking, microphoneOf, shownName, since } from './person.js';
import { personActions } from './person-actions.js';

export class PalPersonRow extends RoomElement {
  static properties = { person: { attribute: false }, asking: { type: Boolean } };

  render() {
    const { room, view, person, asking } = this;
    this.className = asking ? 'person-row person-row--asking' : 'person-row';
    const name = shownName(room, person);
    return html`
      <pal-avatar .name=${person.name} .who=${person.id}></pal-avatar>
      <div class="person-words">
        <bdi class="one-line" dir="auto" title=${name}>${name}</bdi>
        ${this.#note()}
      </div>
      ${asking ? this.#giveFloor() : this.#microphone()}
      <pal-menu .label=${t('Options for {name}', { name: person.name })} icon="ellipsis-vertical" .items=${() => personActions(room, view, person)}></pal-menu>`;
  }

  #note() {
    const { room, view, person, asking } = this;
    const notes = asking ? [since(person.hand_raised_at)] : [
      person.connected === false && t('connection lost'),
      person.via === 'phone' && t('telephone'),
      person.role === 'guest' && person.floor && (person.floor_may_show ? t('has the floor, may show') : t('has the floor')),
      isSpeaking(room, view, person) && t('speaking'),
    ].filter(Boolean);
    return notes.length ? html`<span class="person-note">${notes.join(', ')}</span>` : nothing;
  }

  #giveFloor() {
    const { room, view, person } = this;
    if (!room.canDo('give_floor')) return nothing;
    const act = person.role === 'presenter' ? 'lower_hand' : 'give_floor';
    const word = person.role === 'presenter' ? t('Lower hand') : t('Give the floor');
    return html`<button type="button" class="pal-button" aria-label=${`${word}: ${person.name}`}
      @click=${() => view.act(act, { participant: person.id })}>${word}</button>`;
  }

  #microphone() {
    const { room, view, person } = this;
    const microphone = microphoneOf(person);
    const open = microphone === 'on';
    if (open && person.id !== room.myId && room.canDo('mute')) {
      const word = t('Mute {name}', { name: person.name });
      return html`<button type="button" class="pal-button pal-button--quiet pal-button--icon" title=${word} aria-label=${word}
        @click=${() => view.act('mute', { participant: person.id })}><pal-icon name="mic"></pal-icon></button>`;
    }
    const word = open ? t('microphone open') : t('muted');
    return html`<span class="person-mark" role="img" aria-label=${word} title=${word}><pal-icon name=${open ? 'mic' : 'mic-off'}></pal-icon></span>`;
  }
}

customElements.define('pal-person-row', PalPersonRow);
