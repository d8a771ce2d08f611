/** `<pal-floating-reactions>`: who just reacted, for some seconds at the edge of the stage. */

import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import { reactionPicture, reactionWord } from './reaction-pictures.js';

export class PalFloatingReactions extends RoomElement {
  render() {
    return html`<div role="status" aria-label=${t('Reactions')}><ul>${repeat(this.view.reactions, ({ key }) => key, ({ participant, reaction }) => html`
      <li>${reactionPicture(reaction)}<span class="visually-hidden">${reactionWord(reaction)}:</span><bdi class="one-line" dir="auto">${this.#name(participant)}</bdi></li>`)}</ul></div>`;
  }

  #name(id) {
    if (id === this.room.myId) return t('You');
    return this.room.state.participants.find((person) => person.id === id)?.name ?? '';
  }
}

customElements.define('pal-floating-reactions', PalFloatingReactions);
