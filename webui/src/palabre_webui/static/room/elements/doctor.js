/** `<pal-doctor>`: what the connection doctor found, step by step, and the sentence for the network's administrator. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

const icons = { waiting: 'ellipsis', running: 'loader-circle', ok: 'circle-check', failed: 'circle-x', skipped: 'ellipsis' };

export class PalDoctor extends RoomElement {
  #doctor = null;
  #redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    this.#doctor = this.room.doctor;
    this.#doctor.addEventListener('change', this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#doctor?.removeEventListener('change', this.#redraw);
  }

  render() {
    const { steps, verdict } = this.room.doctor;
    const running = steps.some(({ state }) => state === 'running');
    return html`
      <ol class="doctor-steps">${steps.map((step) => this.#step(step))}</ol>
      <div role="status">${verdict ? this.#verdict(verdict) : html`<p class="soft">${t('Trying each way in turn…')}</p>`}</div>
      <div class="dialog-end"><button type="button" class="pal-button" ?disabled=${running} @click=${() => this.run()}>
        <pal-icon name="refresh-cw"></pal-icon>${t('Check again')}</button></div>`;
  }

  /** Tries everything again. */
  run() {
    return this.view.attempt(() => this.room.doctor.run());
  }

  #step({ id, state, detail, ms }) {
    return html`<li class="doctor-step doctor-step--${state}">
      <pal-icon class=${state === 'running' ? 'turning' : ''} name=${icons[state] ?? 'ellipsis'}></pal-icon>
      <div><span>${stepName(id)}</span>${detail ? html`<span class="small soft">${detail}</span>` : nothing}</div>
      <span class="doctor-state small">${stateWord(state)}${state === 'ok' && ms !== null ? html` <span class="soft">${t('{n} ms', { n: Math.round(ms) })}</span>` : nothing}</span>
    </li>`;
  }

  #verdict({ level, text, forAdministrator }) {
    const look = { good: '', limited: 'pal-note--warn', failed: 'pal-note--danger' }[level] ?? '';
    return html`
      <div class="pal-note ${look}"><pal-icon name=${level === 'good' ? 'circle-check' : 'triangle-alert'}></pal-icon><div>${text}</div></div>
      ${forAdministrator ? html`<div class="pal-field doctor-admin">
        <label for="doctor-words">${t('For the administrator of your network')}</label>
        <textarea id="doctor-words" class="pal-textarea" readonly rows="4" .value=${forAdministrator}></textarea>
        <button type="button" class="pal-button" @click=${() => this.#copy(forAdministrator)}><pal-icon name="copy"></pal-icon>${t('Copy')}</button>
      </div>` : nothing}`;
  }

  async #copy(text) {
    if (await this.view.attempt(() => navigator.clipboard.writeText(text))) this.view.notify(t('Copied.'), { kind: 'good' });
  }
}

function stepName(id) {
  return {
    page: t('This page'), socket: t('Lasting connection to the service'), udp: t('Sound and picture, direct (UDP)'),
    relay: t('Sound and picture through a relay (UDP)'),
    tcp: t('Sound and picture through a relay (TCP)'), tls: t('Sound and picture through a relay (TLS, port 443)'),
  }[id] ?? id;
}

function stateWord(state) {
  return { waiting: t('to come'), running: t('trying'), ok: t('works'), failed: t('fails'), skipped: t('not needed') }[state];
}

customElements.define('pal-doctor', PalDoctor);
