/** `<pal-bar-button>`: icon and word together, the one look of every button in the bar. */

import { LitElement, html, nothing } from 'lit';
import './icon.js';

/** `look`: 'plain' | 'on' | 'off' | 'raised' | 'open' | 'danger'. `label` is said instead of `word` when they differ. */
export class PalBarButton extends LitElement {
  static properties = {
    icon: {}, word: {}, shortWord: {}, label: {}, hint: {}, look: {}, badge: { type: Number }, problem: { type: Boolean },
    disabled: { type: Boolean }, pressed: { attribute: false }, expanded: { attribute: false }, action: { attribute: false },
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
    const said = this.label && this.label !== this.word ? this.label : this.shortWord ? this.word : nothing;
    return html`
      <button type="button" class="bar-button bar-button--${this.look}" title=${this.hint ?? nothing} aria-label=${said}
        aria-pressed=${this.pressed === undefined ? nothing : String(this.pressed)}
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
