/** `<pal-shown-screen>`: a shared screen when no plugin draws it (its module did not load in this browser). */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './video.js';

export class PalShownScreen extends RoomElement {
  static properties = { person: { attribute: false } };

  render() {
    const { room, person } = this;
    const stream = person.id === room.myId ? room.media.localStream('screen') : room.media.stream(person.id, 'screen');
    return html`
      ${stream ? html`<pal-video class="shown-video" .stream=${stream}></pal-video>` : nothing}
      <div class="shown-caption">${person.id === room.myId ? t('You are showing your screen') : t('{name} shows a screen', { name: person.name })}</div>`;
  }
}

customElements.define('pal-shown-screen', PalShownScreen);
