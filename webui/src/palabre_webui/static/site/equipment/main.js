/** The page where one tries camera, microphone, speaker and network before any meeting, with the parts of the room's page. */

import { html } from 'lit';
import { loadCatalogue, t } from '../../room/i18n.js';
import { RoomController } from '../../room/controller.js';
import '../../room/elements/device-choices.js';
import '../../room/elements/doctor.js';
import { RoomElement } from '../../room/elements/element.js';
import '../../room/elements/notices.js';
import { RoomView } from '../../room/elements/view.js';
import '../../room/prejoin/preview.js';

class PalEquipment extends RoomElement {
  static properties = { part: {} };

  connectedCallback() {
    super.connectedCallback();
    if (!this.part) this.view.attempt(() => this.room.doctor.run());
  }

  render() {
    const { room, view } = this;
    if (this.part === 'microphone') {
      return html`<div class="form"><pal-preview .room=${room} .view=${view} .name=${''}></pal-preview>
        <pal-device-choices .room=${room} .view=${view}></pal-device-choices></div><pal-notices .room=${room} .view=${view}></pal-notices>`;
    }
    const devices = html`<section class="card equipment-devices" aria-labelledby="devices-title">
      <h2 id="devices-title">${t('Camera, microphone, speaker')}</h2>
      <pal-preview .room=${room} .view=${view} .name=${''}></pal-preview>
      <pal-device-choices .room=${room} .view=${view}></pal-device-choices>
    </section>`;
    return html`${devices}<section class="card" aria-labelledby="network-title">
      <h2 id="network-title">${t('Network')}</h2>
      <pal-doctor .room=${room} .view=${view}></pal-doctor>
    </section><pal-notices .room=${room} .view=${view}></pal-notices>`;
  }
}

customElements.define('pal-equipment', PalEquipment);

const source = document.getElementById('palabre-equipment');
const config = JSON.parse(source.textContent);
const place = document.getElementById('equipment');

async function boot() {
  await loadCatalogue(config.catalogue, config.language);
  const room = new RoomController(config, { t });
  const view = new RoomView(room);
  const shown = document.createElement('pal-equipment');
  Object.assign(shown, { room, view, part: place.dataset.part });
  place.replaceChildren(shown);
}

boot();
