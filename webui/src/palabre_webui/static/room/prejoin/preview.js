/** `<pal-preview>`: my own picture as in a mirror, microphone and camera switches, my level, and the question for permission. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from '../elements/element.js';
import '../elements/avatar.js';
import '../elements/icon.js';
import '../elements/level.js';
import '../elements/video.js';
import { rememberedEntry, rememberEntry } from './remembered.js';

const HEARD_LEVEL = 0.45;
const HEARD_FOR_MS = 2_500;

export class PalPreview extends RoomElement {
  static properties = { name: {}, asking: { state: true }, heard: { state: true } };

  #timer = null;
  #heardAt = -Infinity;

  constructor() {
    super();
    this.asking = false;
    this.heard = false;
  }

  async connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#listen(), 200);
    await this.room.media.devices.refresh();
    // Already allowed: begin. Refused: the attempt asks nobody and says in words what is closed.
    if (!Object.values(this.room.media.devices.permission).includes('prompt')) await this.#startRemembered();
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    const { camera, microphone } = this.room.media;
    const stream = camera.on ? this.room.media.localStream('camera') : null;
    return html`
      <div class="preview-picture">
        ${stream ? html`<pal-video class="mirrored" .stream=${stream} .label=${t('Your picture')}></pal-video>` : nothing}
        ${!stream && !this.#mustAsk ? html`<pal-avatar .name=${this.name || t('You')} who="me"></pal-avatar>` : nothing}
        ${this.#mustAsk ? this.#question() : html`<div class="preview-switches">
          ${this.#switch(microphone, 'mic', t('Mute the microphone'), t('Open the microphone'), () => this.#toggle('microphone'))}
          ${this.#switch(camera, 'video', t('Switch the camera off'), t('Switch the camera on'), () => this.#toggle('camera'))}
        </div>`}
      </div>
      <pal-level .microphone=${microphone}></pal-level>
      <p class="small soft" role="status">${this.#words()}</p>`;
  }

  /** The browser has not been asked yet: say why before it asks. */
  get #mustAsk() {
    const { devices, camera, microphone } = this.room.media;
    if (!devices.possible || this.#nothingThere) return false;
    const untouched = ![camera, microphone].some((capture) => capture.on || capture.error);
    return untouched && Object.values(devices.permission).includes('prompt');
  }

  get #nothingThere() {
    const { cameras, microphones } = this.room.media.devices;
    return cameras.length === 0 && microphones.length === 0;
  }

  #question() {
    return html`<div class="preview-question">
      <p>${this.asking ? t('Your browser asks now: choose “Allow”.') : t('So that the others see and hear you, your browser will ask whether this page may use camera and microphone.')}</p>
      <button type="button" class="pal-button pal-button--primary" ?disabled=${this.asking} @click=${() => this.#ask()}>
        <pal-icon name="video"></pal-icon>${t('Use camera and microphone')}</button>
      <p class="small">${t('You can also join without.')}</p>
    </div>`;
  }

  #switch(capture, icon, offWord, onWord, toggle) {
    const word = capture.on ? offWord : onWord;
    return html`<button type="button" class="round-button ${capture.on ? '' : 'round-button--off'}" aria-label=${word} title=${word} @click=${toggle}>
      <pal-icon name=${capture.on ? icon : `${icon}-off`}></pal-icon>
      ${capture.error ? html`<span class="badge badge--problem" aria-hidden="true"><pal-icon name="triangle-alert"></pal-icon></span>` : nothing}</button>`;
  }

  async #ask() {
    this.asking = true;
    await this.room.media.start({ audio: true, video: true });
    this.asking = false;
  }

  async #startRemembered() {
    const entry = rememberedEntry();
    const { camera, microphone } = this.room.media;
    const audio = entry.microphone && !microphone.on;
    const video = entry.camera && !camera.on;
    if (audio || video) await this.room.media.start({ audio, video });
  }

  async #toggle(kind) {
    const { media } = this.room;
    const on = !media[kind].on;
    rememberEntry({ [kind]: on });
    await this.view.attempt(() => (kind === 'microphone' ? media.setMicrophoneOn(on) : media.setCameraOn(on)), () => on && media[kind].error?.message);
  }

  #listen() {
    if (this.room.media.microphone.level > HEARD_LEVEL) this.#heardAt = performance.now();
    this.heard = performance.now() - this.#heardAt < HEARD_FOR_MS;
  }

  #words() {
    const { devices, microphone } = this.room.media;
    if (!devices.possible) return t('This page is not served over https, so the browser gives no camera and no microphone. You can still join, see, hear and write.');
    if (this.#nothingThere) return t('No camera and no microphone were found. You can still join, see, hear and write.');
    if (microphone.error) return t('{problem} You can still join.', { problem: microphone.error.message });
    if (microphone.on) return this.heard ? t('We hear you.') : t('Say something: the bars show that we hear you.');
    return t('Your microphone is closed. If a device is missing you can still join.');
  }
}

customElements.define('pal-preview', PalPreview);
