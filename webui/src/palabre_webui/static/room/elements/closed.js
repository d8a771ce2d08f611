/** `<pal-closed>`: it is over, or it could not begin: why, and a way out. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

/** Nothing would be there to come back to, or somebody sent me away. */
const FOR_GOOD = ['removed', 'ended', 'meeting_cancelled', 'meeting_ended', 'unknown_link', 'expired_link', 'link_revoked'];
const icons = { left: 'log-out', removed: 'user-x', ended: 'door-open', meeting_cancelled: 'door-open', meeting_ended: 'door-open', replaced: 'copy' };

export class PalClosed extends RoomElement {
  render() {
    const { code = 'left', message } = this.room.closedReason ?? {};
    const { title, text } = words(code, message);
    return html`<main class="outside">
      <div class="outside-card">
        <pal-icon class="outside-icon" name=${icons[code] ?? 'info'}></pal-icon>
        <h1 tabindex="-1">${title}</h1>
        ${text ? html`<p class="soft">${text}</p>` : nothing}
        <div class="button-row">
          ${!FOR_GOOD.includes(code) ? html`<button type="button" class="pal-button pal-button--primary" @click=${() => this.#again()}>${t('Rejoin')}</button>` : nothing}
          <a class="pal-button" href="/">${t('Go to the home page')}</a>
        </div>
      </div></main>`;
  }

  firstUpdated() {
    this.querySelector('h1').focus({ preventScroll: true });
  }

  #again() {
    if (this.room.rejoin) this.room.rejoin();
    else location.reload();
  }
}

function words(code, message) {
  return {
    left: { title: t('You left the meeting'), text: t('It goes on without you as long as somebody is there.') },
    removed: { title: t('You were removed from the meeting'), text: t('A presenter ended your participation.') },
    ended: { title: t('The meeting is over'), text: t('A presenter ended it for everyone.') },
    meeting_cancelled: { title: t('The meeting was cancelled'), text: t('If you wonder why, ask the person who invited you.') },
    meeting_ended: { title: t('The meeting is over'), text: t('This link no longer opens it.') },
    replaced: { title: t('You are in this meeting in another window'), text: t('Only one window at a time can hold your place.') },
    room_full: { title: t('The room is full'), text: t('Try again when somebody has left.') },
    unknown_link: { title: t('This link leads to no meeting'), text: t('Ask the person who invited you for a new one.') },
    expired_link: { title: t('This link is no longer valid'), text: t('Ask the person who invited you for a new one.') },
    link_revoked: { title: t('This link was withdrawn'), text: t('Ask the person who invited you for a new one.') },
    not_started: { title: t('The meeting has not started yet'), text: message },
  }[code] ?? { title: t('You are not in the meeting'), text: message };
}

customElements.define('pal-closed', PalClosed);
