/** `<pal-bar-button>`: icon and word together, the one look of every button in the bar. */

import { LitElement, html, nothing } from 'lit';
import './icon.js';

/**
 * `look`: 'plain' | 'on' | 'off' | 'raised' | 'open' | 'danger'. `shortWord` is shown instead of `word` where the bar is
 * narrow (`word` is then still said); `label`, where given, is said instead and begins with the word that is seen.
 */
export class PalBarButton extends LitElement {
  static properties = {
    icon: {}, word: {}, shortWord: {}, label: {}, hint: {}, look: {}, badge: { type: Number }, problem: { type: Boolean },
    disabled: { type: Boolean }, pressed: { attribute: false }, expanded: { attribute: false }, action: { attribute: false },
    inMenu: { type: Boolean },
  };

  createRenderRoot() {
    return this;
  }

  constructor() {
    super();
    this.look = 'plain';
    this.action = () => {};
  }

  render() {
    return html`
      <button type="button" class="bar-button bar-button--${this.look}" title=${this.hint ?? nothing} aria-label=${this.label ?? nothing}
        role=${this.inMenu ? 'menuitem' : nothing} tabindex=${this.inMenu ? '-1' : nothing}
        aria-pressed=${this.pressed === undefined || this.inMenu ? nothing : String(this.pressed)}
        aria-expanded=${this.expanded === undefined ? nothing : String(this.expanded)}
        ?disabled=${this.disabled} @click=${() => this.action()}>
        <pal-icon name=${this.icon}></pal-icon>
        <span class="bar-word">${this.word}</span>
        ${this.shortWord ? html`<span class="bar-short">${this.shortWord}</span>` : nothing}
        ${this.badge ? html`<span class="badge" aria-hidden="true">${this.badge > 99 ? '99+' : this.badge}</span>` : nothing}
        ${this.problem ? html`<span class="badge badge--problem" aria-hidden="true"><pal-icon name="triangle-alert"></pal-icon></span>` : nothing}
      </button>`;
  }
}

customElements.define('pal-bar-button', PalBarButton);
