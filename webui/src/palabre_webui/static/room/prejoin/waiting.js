/** `<pal-waiting>`: the door is not open yet: why, and that nothing needs to be done. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from '../elements/element.js';
import './preview.js';

export class PalWaiting extends RoomElement {
  render() {
    const { room, view } = this;
    const { title, text } = words(room.waitingReason);
    return html`<main class="prejoin">
      <pal-preview .room=${room} .view=${view}></pal-preview>
      <div class="prejoin-form">
        <header><p class="soft" dir="auto">${room.config.meeting?.name}</p><h1 tabindex="-1">${title}</h1></header>
        <p role="status">${text}</p>
        <div class="waiting-dots" aria-hidden="true"><i></i><i></i><i></i></div>
        <div><button type="button" class="pal-button" @click=${() => view.attempt(() => room.leave())}>${t('Do not wait')}</button></div>
      </div>
    </main>`;
  }

  firstUpdated() {
    this.querySelector('h1').focus({ preventScroll: true });
  }
}

function words(reason) {
  return {
    presenter: { title: t('The meeting starts when a presenter arrives'), text: t('Keep this page open: you come in by yourself as soon as it starts.') },
    locked: { title: t('The meeting is locked'), text: t('The presenters were told that you are here. You come in as soon as one of them lets you in.') },
    not_started: { title: t('The meeting has not started yet'), text: t('Keep this page open: you come in by yourself as soon as it starts.') },
  }[reason] ?? { title: t('Somebody will let you in'), text: t('Keep this page open: you come in by yourself.') };
}

customElements.define('pal-waiting', PalWaiting);
