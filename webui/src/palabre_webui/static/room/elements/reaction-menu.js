/** `<pal-reaction-menu>`: six reactions, drawn by us, so that they look the same on every machine. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './menu.js';
import { reactionPicture, reactionWord, reactions } from './reaction-pictures.js';

/** The row of buttons, also shown inside *More* on a phone. `after` is called once one was chosen. */
export function reactionButtons(view, after) {
  return reactions.map((reaction) => html`
    <button type="button" role="menuitem" tabindex="-1" class="reaction-button" aria-label=${reactionWord(reaction)} title=${reactionWord(reaction)}
      @click=${() => { after(); view.act('react', { reaction }); }}>${reactionPicture(reaction)}</button>`);
}

export class PalReactionMenu extends RoomElement {
  render() {
    return html`<pal-menu .label=${t('React')} .word=${t('React')} icon="smile" buttonClass="bar-button bar-button--plain"
      .items=${() => [{ content: html`<div class="reaction-row" role="presentation">${reactionButtons(this.view, () => this.querySelector('pal-menu').close())}</div>` }]}></pal-menu>`;
  }
}

customElements.define('pal-reaction-menu', PalReactionMenu);
