/** `<pal-prejoin>`: before the meeting. My picture and level at the left, what I choose at the right, one green button. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from '../elements/element.js';
import '../elements/device-choices.js';
import '../elements/icon.js';
import { entriesOf, slotList } from '../elements/slot-list.js';
import './connection-chip.js';
import './preview.js';
import { rememberedEntry, rememberEntry } from './remembered.js';

const LONGEST_NAME = 80;
const PATIENCE_MS = 4_000;

export class PalPrejoin extends RoomElement {
  static properties = { name: { state: true }, nameProblem: { state: true }, problem: { state: true }, slow: { state: true } };

  #patience = null;

  connectedCallback() {
    this.name = this.room.config.me?.name || rememberedEntry().name;
    super.connectedCallback();
  }

  render() {
    const { room, view } = this;
    const { meeting = {} } = room.config;
    const connecting = room.phase === 'connecting';
    return html`<main class="prejoin">
      <pal-preview .room=${room} .view=${view} .name=${this.name}></pal-preview>
      <form class="prejoin-form" novalidate @submit=${this.#submit}>
        <header><h1 dir="auto">${meeting.name}</h1><p class="soft">${this.#who(meeting)}</p></header>
        ${this.#nameField()}
        <pal-device-choices .room=${room} .view=${view}></pal-device-choices>
        ${slotList(entriesOf(room, 'pre-join'), {}, (place, entry) => html`<section class="plugin-settings">${entry.label ? html`<h2>${entry.label}</h2>` : nothing}${place}</section>`)}
        <div><pal-connection-chip .room=${room} .view=${view}></pal-connection-chip></div>
        ${connecting && this.slow ? html`<div class="pal-note pal-note--warn" role="status"><pal-icon name="triangle-alert"></pal-icon>
          <div class="note-act"><span>${t('The service does not answer yet. It is tried again all the time.')}</span>
            <button type="button" class="pal-button" @click=${() => view.openDialog('doctor')}>${t('What is wrong?')}</button></div></div>` : nothing}
        ${this.problem ? html`<div class="pal-note pal-note--danger" role="alert"><pal-icon name="triangle-alert"></pal-icon><div>${this.problem}</div></div>` : nothing}
        <div class="prejoin-end"><button type="submit" class="pal-button pal-button--primary pal-button--large" ?disabled=${connecting}>
          ${connecting ? html`<pal-icon class="turning" name="loader-circle"></pal-icon>${t('Joining…')}` : t('Join')}</button></div>
      </form>
    </main>`;
  }

  #who({ people = 0, planned_by: plannedBy }) {
    const here = people === 0 ? t('Nobody is here yet.') : t.n('{n} person is here.', '{n} people are here.', people);
    return plannedBy ? html`${here} ${t('Planned by {name}', { name: plannedBy })}` : here;
  }

  #nameField() {
    return html`<div class="pal-field">
      <label for="entry-name">${t('Your name')}</label>
      <input id="entry-name" class="pal-input" name="name" dir="auto" autocomplete="name" required maxlength=${LONGEST_NAME} .value=${this.name}
        aria-invalid=${this.nameProblem ? 'true' : nothing} aria-describedby=${this.nameProblem ? 'entry-name-problem' : nothing}
        @input=${(event) => { this.name = event.target.value; this.nameProblem = null; }}>
      ${this.nameProblem ? html`<p class="field-problem" id="entry-name-problem" role="alert"><pal-icon name="triangle-alert"></pal-icon><span>${this.nameProblem}</span></p>` : nothing}
    </div>`;
  }

  async #submit(event) {
    event.preventDefault();
    const name = this.name.trim();
    this.problem = null;
    if (!name) {
      this.#badName(t('Give the name that the others will see.'));
      return;
    }
    rememberEntry({ name });
    this.slow = false;
    this.#patience = setTimeout(() => { this.slow = true; }, PATIENCE_MS);
    try {
      await this.room.enter({ name });
    } catch (error) {
      if (error.code === 'bad_name') this.#badName(error.message);
      else this.problem = error.message;
    } finally {
      clearTimeout(this.#patience);
    }
  }

  #badName(words) {
    this.nameProblem = words;
    this.querySelector('#entry-name').focus();
  }
}

customElements.define('pal-prejoin', PalPrejoin);
