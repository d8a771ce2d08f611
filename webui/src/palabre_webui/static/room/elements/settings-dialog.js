/** `<pal-settings-dialog>`: devices during the meeting, volumes, rejoin audio, and what plugins add. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { DialogElement } from './dialog.js';
import './device-choices.js';
import './icon.js';
import './level.js';
import { entriesOf, slotList } from './slot-list.js';

export class PalSettingsDialog extends DialogElement {
  get title() {
    return t('Sound, picture and settings');
  }

  async show() {
    await this.room.media.devices.refresh();
    return super.show();
  }

  body() {
    const { room, view } = this;
    const { media } = room;
    const { microphoneVolume, speakerVolume } = media.devices.choices;
    return html`
      <pal-device-choices .room=${room} .view=${view}></pal-device-choices>
      ${this.#volume('microphone', t('Microphone volume'), microphoneVolume, 2, (value) => media.setMicrophoneVolume(value))}
      ${media.microphone.on ? html`<pal-level .microphone=${media.microphone}></pal-level>` : html`<p class="small soft">${t('Open your microphone to see its level.')}</p>`}
      ${this.#volume('speaker', t('Volume of the others'), speakerVolume, 1, (value) => media.setSpeakerVolume(value))}
      <div class="pal-note"><pal-icon name="headphones"></pal-icon><div class="note-act"><span>${t('No sound, or they do not hear you? Connect the sound anew.')}</span>
        <button type="button" class="pal-button" @click=${this.#rejoin}>${t('Rejoin audio')}</button></div></div>
      ${slotList(entriesOf(room, 'settings'), {}, (place, entry) => html`<section class="plugin-settings">${entry.label ? html`<h3>${entry.label}</h3>` : nothing}${place}</section>`)}`;
  }

  #volume(kind, label, value, most, set) {
    const percent = Math.round(value * 100);
    return html`<div class="pal-field">
      <div class="volume-head"><label for="volume-${kind}">${label}</label><output for="volume-${kind}">${percent} %</output></div>
      <input class="pal-range" id="volume-${kind}" type="range" min="0" max=${most * 100} step="5" .value=${String(percent)}
        aria-valuetext="${percent} %" @input=${(event) => set(Number(event.target.value) / 100)}>
    </div>`;
  }

  async #rejoin() {
    if (await this.view.attempt(() => this.room.media.rejoinAudio())) this.view.notify(t('The sound was connected again.'), { kind: 'good' });
  }
}

customElements.define('pal-settings-dialog', PalSettingsDialog);
