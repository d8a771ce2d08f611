/** `<pal-bar>`: the one bar at the bottom. Left what is going on, in the middle what I do, right people, chat, leave. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './bar-button.js';
import './connection.js';
import './leave-menu.js';
import './more-menu.js';
import './reaction-menu.js';
import { entriesOf, slotList } from './slot-list.js';
import { toolbarContext } from './toolbar-context.js';

export class PalBar extends RoomElement {
  render() {
    const { room, view } = this;
    const { meeting, participants, waiting } = room.state;
    const plugins = entriesOf(room, 'toolbar').slice(0, view.places);
    return html`<nav class="bar" aria-label=${t('Meeting controls')}>
      <div class="bar-left">
        <span class="bar-name one-line" dir="auto" title=${meeting.name}>${meeting.name}</span>
        ${meeting.locked ? html`<span class="bar-mark" role="img" aria-label=${t('Locked: nobody else can come in')} title=${t('Locked: nobody else can come in')}><pal-icon name="lock"></pal-icon></span>` : nothing}
        <pal-connection .room=${room} .view=${view}></pal-connection>
        <button type="button" class="people-chip" aria-label=${t('People {n}', { n: participants.length })} @click=${() => view.togglePanel('people')}>
          <pal-icon name="users"></pal-icon>${participants.length}</button>
      </div>
      <div class="bar-buttons">
      <div class="bar-middle" role="toolbar" aria-label=${t('What I do')} @keydown=${arrowKeys}>
        ${this.#microphone()}
        ${this.#camera()}
        ${this.#hand()}
        ${view.phone ? nothing : html`<pal-reaction-menu .room=${room} .view=${view}></pal-reaction-menu>`}
        ${plugins.length ? html`<span class="bar-rule" aria-hidden="true"></span>
          <div class="bar-plugins">${slotList(plugins, toolbarContext)}</div>` : nothing}
        ${view.phone ? nothing : this.#more()}
      </div>
      <div class="bar-right">
        ${view.phone ? nothing : entriesOf(room, 'panel').map((entry) => this.#panelButton(`plugin:${entry.id}`, entry.icon, entry.label, 'bar-plugin-panel'))}
        ${view.phone ? nothing : this.#panelButton('people', 'users', t('People'), 'bar-people', { count: participants.length, badge: waiting?.length || this.#hands() })}
        ${this.#panelButton('chat', 'message-circle', t('Chat'), 'bar-chat', { badge: view.unread })}
        ${view.phone ? this.#more() : nothing}
        <pal-leave-menu .room=${room} .view=${view}></pal-leave-menu>
      </div></div></nav>`;
  }

  #microphone() {
    const { on, error } = this.room.media.microphone;
    const allowed = this.room.canDo('publish:microphone');
    const word = on ? t('Mute') : t('Unmute');
    const hint = !allowed ? t('Ask for the floor to open your microphone') : error?.message ?? t('{word} (M)', { word });
    return html`<pal-bar-button class="bar-mic" .icon=${on ? 'mic' : 'mic-off'} .word=${word} .shortWord=${t('Mic')} .hint=${hint} .look=${on ? 'on' : 'off'}
      .problem=${Boolean(error)} .action=${() => this.view.toggleMicrophone()}></pal-bar-button>`;
  }

  #camera() {
    const { on, error } = this.room.media.camera;
    const hint = error ? error.message : on ? t('Stop my picture (V)') : t('Start my picture (V)');
    return html`<pal-bar-button class="bar-camera" .icon=${on ? 'video' : 'video-off'} .word=${t('Camera')} .pressed=${on}
      .hint=${hint} .look=${on ? 'on' : 'off'} .problem=${Boolean(error)} .action=${() => this.view.toggleCamera()}></pal-bar-button>`;
  }

  #hand() {
    const raised = Boolean(this.room.me?.hand_raised_at);
    return html`<pal-bar-button class="bar-hand" icon="hand" .word=${raised ? t('Lower hand') : t('Raise hand')} .shortWord=${t('Hand')}
      .hint=${raised ? t('Lower hand (H)') : t('Ask to speak (H)')} .look=${raised ? 'raised' : 'plain'} .action=${() => this.view.toggleHand()}></pal-bar-button>`;
  }

  #panelButton(panel, icon, word, className, { count = null, badge = this.view.badges[panel] } = {}) {
    const open = this.view.panel === panel;
    const shown = count === null ? word : t('{word} {n}', { word, n: count });
    return html`<pal-bar-button class=${className} .icon=${icon} .word=${shown} .label=${badge ? t('{word}, {n} new', { word: shown, n: badge }) : undefined}
      .hint=${word} .look=${open ? 'open' : 'plain'} .expanded=${open} .badge=${badge || 0} .action=${() => this.view.togglePanel(panel)}></pal-bar-button>`;
  }

  #more() {
    return html`<pal-more-menu .room=${this.room} .view=${this.view}></pal-more-menu>`;
  }

  #hands() {
    return this.room.canDo('give_floor') ? this.room.state.participants.filter((person) => person.hand_raised_at).length : 0;
  }
}

/** In a toolbar the arrows lead from button to button; the tabulator does so too. */
function arrowKeys(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.target.closest('[role="menu"]')) return;
  const buttons = [...event.currentTarget.querySelectorAll('button:not(:disabled)')].filter((button) => !button.closest('[role="menu"]'));
  const at = buttons.indexOf(event.target.closest('button'));
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}

customElements.define('pal-bar', PalBar);
