/** `<pal-meeting>`: the room while the meeting goes on. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './announcer.js';
import './banners.js';
import './bar.js';
import './floating-reactions.js';
import './panel.js';
import './stage.js';
import { watchMyVoice } from './my-voice.js';
import { listenForShortcuts } from './shortcuts.js';

export class PalMeeting extends RoomElement {
  #offs = [];

  connectedCallback() {
    super.connectedCallback();
    this.#offs = [listenForShortcuts(this.room, this.view), watchMyVoice(this.room, this.view)];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const off of this.#offs.splice(0)) off();
  }

  render() {
    const { room, view } = this;
    return html`
      <main class="meeting-main" aria-label=${t('Pictures')}>
        <h1 class="visually-hidden">${room.state.meeting.name}</h1>
        <pal-banners .room=${room} .view=${view}></pal-banners>
        <pal-stage .room=${room} .view=${view}></pal-stage>
        <pal-floating-reactions .room=${room} .view=${view}></pal-floating-reactions>
      </main>
      <pal-panel .room=${room} .view=${view}></pal-panel>
      <pal-bar .room=${room} .view=${view}></pal-bar>
      <pal-announcer .room=${room} .view=${view}></pal-announcer>`;
  }
}

customElements.define('pal-meeting', PalMeeting);
