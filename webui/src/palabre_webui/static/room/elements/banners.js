/** `<pal-banners>`: what stays true for a while and must be known: no connection, media away, sound held back, people waiting. */

import { html, nothing } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

export class PalBanners extends RoomElement {
  render() {
    return html`<div role="status">${this.#connection()}</div>${this.#sound()}${this.#waiting()}`;
  }

  #connection() {
    const { room } = this;
    if (room.phase === 'reconnecting') {
      return html`<div class="banner banner--warn"><pal-icon class="turning" name="loader-circle"></pal-icon>
        <span>${t('Connection lost. Coming back…')}</span>
        <button type="button" class="pal-button" @click=${() => this.view.openDialog('doctor')}>${t('What is wrong?')}</button></div>`;
    }
    if (room.media.engineLost) {
      return html`<div class="banner banner--warn"><pal-icon name="triangle-alert"></pal-icon>
        <span>${t('Sound and pictures are interrupted. They come back by themselves; the chat goes on.')}</span></div>`;
    }
    return nothing;
  }

  #sound() {
    if (!this.room.media.playBlocked) return nothing;
    return html`<div class="banner" role="alert"><pal-icon name="volume-x"></pal-icon>
      <span>${t('The browser holds the sound back until you click.')}</span>
      <button type="button" class="pal-button pal-button--primary" @click=${() => this.room.media.resumePlayback()}>${t('Click to hear')}</button></div>`;
  }

  #waiting() {
    const waiting = this.room.state.waiting ?? [];
    if (waiting.length === 0 || this.view.panel === 'people') return nothing;
    const [first] = waiting;
    const words = waiting.length === 1 ? t('{name} would like to come in.', { name: first.name })
      : t.n('{n} person would like to come in.', '{n} people would like to come in.', waiting.length);
    return html`<div class="banner" role="status"><pal-icon name="door-open"></pal-icon><span class="one-line" dir="auto">${words}</span>
      ${waiting.length === 1 ? html`<button type="button" class="pal-button pal-button--primary" @click=${() => this.view.act('admit', { participant: first.id })}>${t('Admit')}</button>`
        : html`<button type="button" class="pal-button" @click=${() => this.view.openPanel('people')}>${t('Show them')}</button>`}</div>`;
  }
}

customElements.define('pal-banners', PalBanners);
