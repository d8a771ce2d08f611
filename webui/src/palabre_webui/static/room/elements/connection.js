/** `<pal-connection>`: how good the line is, in a picture and in words; opens the connection doctor. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './icon.js';

/** One state for people out of the controller's two: 'good' | 'fair' | 'poor' | 'down'. */
export function lineState(room) {
  const { socket, media } = room.connection;
  return socket === 'down' ? 'down' : media ?? 'good';
}

export function lineWords(state) {
  return {
    good: t('Connection is good'), fair: t('Connection is fair'), poor: t('Connection is weak'), down: t('No connection'),
  }[state];
}

export const lineIcons = { good: 'signal-high', fair: 'signal-medium', poor: 'signal-low', down: 'wifi-off' };

export class PalConnection extends RoomElement {
  render() {
    const state = lineState(this.room);
    const words = t('{state}. Open the connection check', { state: lineWords(state) });
    return html`<button type="button" class="line line--${state}" title=${words} aria-label=${words} @click=${() => this.view.openDialog('doctor')}>
      <pal-icon name=${lineIcons[state]}></pal-icon></button>`;
  }
}

customElements.define('pal-connection', PalConnection);
