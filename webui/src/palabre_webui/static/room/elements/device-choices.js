/** `<pal-device-choices>`: microphone, camera with its resolution, speaker with a test sound. Before and during the meeting. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';
import { playTestSound } from './test-sound.js';

export class PalDeviceChoices extends RoomElement {
  static properties = { playing: { state: true } };

  render() {
    const { devices, microphone, camera } = this.room.media;
    return html`
      ${this.#choice('microphone', t('Microphone'), devices.microphones, microphone, t('No microphone found'))}
      <div class="choice-pair">
        ${this.#choice('camera', t('Camera'), devices.cameras, camera, t('No camera found'))}
        ${this.#resolution()}
      </div>
      ${this.#speaker()}`;
  }

  #choice(kind, label, list, capture, none) {
    const { devices } = this.room.media;
    const id = `choice-${kind}`;
    return html`<div class="pal-field">
      <label for=${id}>${label}</label>
      <select class="pal-select" id=${id} ?disabled=${list.length === 0} aria-describedby=${capture?.error ? `${id}-problem` : nothing}
        @change=${(event) => devices.setChoice(kind, event.target.value)}>
        ${this.#options(list, devices.choices[kind], none)}
      </select>
      ${capture?.error ? html`<p class="field-problem" id="${id}-problem"><pal-icon name="triangle-alert"></pal-icon><span>${capture.error.message}</span></p>` : nothing}
    </div>`;
  }

  #options(list, chosen, none) {
    if (list.length === 0) return html`<option>${none}</option>`;
    const known = list.some(({ id }) => id && id === chosen);
    const unnamed = list.every(({ label }) => !label); // before the permission browsers give no names
    return html`
      ${known && !unnamed ? nothing : html`<option value="" selected>${unnamed ? t('The one the browser offers') : t('Usual device')}</option>`}
      ${unnamed ? nothing : list.map(({ id, label }, index) => html`<option value=${id} ?selected=${id === chosen}>${label || t('Device {n}', { n: index + 1 })}</option>`)}`;
  }

  #resolution() {
    const { devices } = this.room.media;
    const choices = [['low', t('Low, saves data')], ['standard', t('Standard')], ['hd', t('HD')]];
    return html`<div class="pal-field">
      <label for="choice-resolution">${t('Picture')}</label>
      <select class="pal-select" id="choice-resolution" ?disabled=${devices.cameras.length === 0} @change=${(event) => devices.setChoice('resolution', event.target.value)}>
        ${choices.map(([value, word]) => html`<option value=${value} ?selected=${devices.choices.resolution === value}>${word}</option>`)}
      </select></div>`;
  }

  #speaker() {
    const { devices } = this.room.media;
    const selectable = devices.speakerSelectable && devices.speakers.length > 0;
    return html`<div class="pal-field">
      <label for="choice-speaker">${t('Speaker')}</label>
      <div class="field-row">
        <select class="pal-select" id="choice-speaker" ?disabled=${!selectable} @change=${(event) => devices.setChoice('speaker', event.target.value)}>
          ${selectable ? this.#options(devices.speakers, devices.choices.speaker, '') : html`<option>${t('The one of this machine')}</option>`}
        </select>
        <button type="button" class="pal-button" ?disabled=${this.playing} @click=${this.#play}>
          <pal-icon name="volume-2"></pal-icon><span>${this.playing ? t('Playing…') : t('Play a sound')}</span></button>
      </div></div>`;
  }

  async #play() {
    const { speaker, speakerVolume } = this.room.media.devices.choices;
    this.playing = true;
    try {
      await playTestSound(speaker, speakerVolume);
    } catch (error) {
      this.view.notify(t('The sound could not be played: {reason}', { reason: error.message }), { kind: 'error' });
    } finally {
      this.playing = false;
    }
  }
}

customElements.define('pal-device-choices', PalDeviceChoices);
