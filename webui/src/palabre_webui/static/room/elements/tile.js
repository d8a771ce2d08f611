/** `<pal-tile>`: one person's picture, with name, microphone, hand and a menu of what one can do with them. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './avatar.js';
import './icon.js';
import './menu.js';
import './video.js';
import { cameraStream, hue, isSpeaking, microphoneOf, shownName } from './person.js';
import { personActions } from './person-actions.js';

export class PalTile extends RoomElement {
  static properties = { person: { attribute: false } };

  render() {
    const { room, view, person } = this;
    const stream = cameraStream(room, person);
    const speaking = isSpeaking(room, view, person);
    this.className = [
      'tile', speaking && 'tile--speaking', person.id === room.myId && 'tile--mine', !person.connected && 'tile--away',
    ].filter(Boolean).join(' ');
    this.dataset.hue = hue(person.id);
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', this.#inWords(speaking));
    return html`
      <pal-avatar .name=${person.name} .who=${person.id}></pal-avatar>
      ${stream ? html`<pal-video .stream=${stream}></pal-video>` : nothing}
      ${person.connected === false ? html`<div class="tile-away"><pal-icon name="wifi-off"></pal-icon><span>${t('Connection lost')}</span></div>` : nothing}
      ${this.#label()}
      ${view.pinned === person.id ? html`<span class="tile-pin" title=${t('Pinned')}><pal-icon name="pin"></pal-icon></span>` : nothing}
      <pal-menu class="tile-menu" .label=${t('Options for {name}', { name: person.name })} icon="ellipsis" buttonClass="tile-button"
        .items=${() => personActions(room, view, person, this)}></pal-menu>`;
  }

  #label() {
    const { room, person } = this;
    const microphone = microphoneOf(person);
    const name = person.id === room.myId ? t('You') : person.name;
    const hand = Boolean(person.hand_raised_at);
    const floor = person.role === 'guest' && person.floor;
    const icon = hand ? 'hand' : person.via === 'phone' ? 'phone' : microphone === 'on' ? 'mic' : 'mic-off';
    return html`
      <div class=${hand ? 'tile-label tile-label--hand' : 'tile-label'} aria-hidden="true">
        <pal-icon name=${icon}></pal-icon>
        ${floor ? html`<pal-icon name="mic-vocal" title=${t('has the floor')}></pal-icon>` : nothing}
        <bdi class="one-line" dir="auto">${name}</bdi>
      </div>`;
  }

  #inWords(speaking) {
    const { room, person } = this;
    const parts = [shownName(room, person)];
    if (person.role === 'presenter') parts.push(t('presenter'));
    if (person.hand_raised_at) parts.push(t('asks to speak'));
    if (person.floor && person.role === 'guest') parts.push(t('has the floor'));
    if (microphoneOf(person) !== 'on') parts.push(t('muted'));
    else if (speaking) parts.push(t('speaking'));
    if (person.connected === false) parts.push(t('connection lost'));
    return parts.join(', ');
  }
}

customElements.define('pal-tile', PalTile);
