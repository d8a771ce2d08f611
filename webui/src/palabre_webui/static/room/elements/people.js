/** `<pal-people>`: the people by what matters: who waits, who asks to speak, who presents, the guests. */

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './avatar.js';
import './icon.js';
import './person-row.js';
import { handsRaised, since } from './person.js';
import { entriesOf, slotList } from './slot-list.js';

export class PalPeople extends RoomElement {
  render() {
    const { state } = this.room;
    const hands = handsRaised(state);
    const others = state.participants.filter((person) => !person.hand_raised_at);
    const presenters = others.filter((person) => person.role === 'presenter');
    const guests = others.filter((person) => person.role !== 'presenter');
    return html`
      <div class="panel-body">
        ${slotList(entriesOf(this.room, 'people'), {}, (place, entry) => html`<section class="people-slot" aria-label=${entry.label}>
          <h3 class="panel-title">${entry.label}</h3>${place}</section>`)}
        ${this.#waiting(state.waiting ?? [])}
        ${hands.length ? this.#section('hands', t('Asking to speak'), hands, true) : nothing}
        ${presenters.length ? this.#section('presenters', t('Presenters'), presenters) : nothing}
        ${guests.length ? this.#section('guests', t('Guests'), guests) : nothing}
      </div>
      ${this.room.canDo('mute_all') ? this.#foot(state.meeting) : nothing}`;
  }

  #section(id, title, people, asking = false) {
    return html`<section aria-labelledby="people-${id}">
      <h3 class="panel-title" id="people-${id}">${title}</h3>
      <ul>${repeat(people, (person) => person.id, (person) => html`<li><pal-person-row .room=${this.room} .view=${this.view} .person=${person} .asking=${asking}></pal-person-row></li>`)}</ul>
    </section>`;
  }

  #waiting(waiting) {
    if (waiting.length === 0) return nothing;
    return html`<section aria-labelledby="people-waiting">
      <h3 class="panel-title" id="people-waiting">${t('Waiting to come in')}</h3>
      <ul>${repeat(waiting, (person) => person.id, (person) => html`
        <li class="person-row person-row--asking">
          <pal-avatar .name=${person.name} .who=${person.id}></pal-avatar>
          <div class="person-words"><bdi class="one-line" dir="auto" title=${person.name}>${person.name}</bdi><span class="person-note">${since(person.since)}</span></div>
          <button type="button" class="pal-button" aria-label=${t('Admit {name}', { name: person.name })}
            @click=${() => this.view.act('admit', { participant: person.id })}>${t('Admit')}</button>
        </li>`)}</ul>
    </section>`;
  }

  #foot(meeting) {
    const byFloor = meeting.microphones === 'floor';
    return html`<footer class="panel-foot">
      <label class="pal-switch"><span>${t('Guests speak only with the floor')}</span>
        <input type="checkbox" role="switch" .checked=${byFloor} @change=${(event) => this.#set(event, 'set_microphones', { mode: byFloor ? 'free' : 'floor' }, byFloor)}></label>
      <label class="pal-switch"><span>${t('Lock: nobody else comes in')}</span>
        <input type="checkbox" role="switch" .checked=${meeting.locked} @change=${(event) => this.#set(event, meeting.locked ? 'unlock' : 'lock', {}, meeting.locked)}></label>
      <button type="button" class="pal-button pal-button--wide" @click=${() => this.#muteAll()}><pal-icon name="mic-off"></pal-icon>${t('Mute everyone')}</button>
    </footer>`;
  }

  async #set(event, act, data, before) {
    const box = event.currentTarget;
    if (!(await this.view.act(act, data))) box.checked = before;
  }

  async #muteAll() {
    if (await this.view.act('mute_all')) this.view.notify(t('Everyone else is muted.'), { kind: 'good' });
  }
}

customElements.define('pal-people', PalPeople);
