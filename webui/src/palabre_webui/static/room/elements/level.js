/** `<pal-level>`: how loud my microphone is, in seven steps; the words beside it say the same. */

import { LitElement, html } from 'lit';

const STEPS = 7;
const QUIET = 0.25; // −45 dBFS counts as nothing

export class PalLevel extends LitElement {
  static properties = { microphone: { attribute: false }, lit: { state: true } };

  #frame = 0;

  constructor() {
    super();
    this.lit = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('aria-hidden', 'true');
    const look = () => {
      const level = this.microphone?.level ?? 0;
      this.lit = Math.round(Math.max(0, (level - QUIET) / (1 - QUIET)) * STEPS);
      this.#frame = requestAnimationFrame(look);
    };
    look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
  }

  render() {
    return html`${Array.from({ length: STEPS }, (_, step) => html`<i class=${step < this.lit ? 'lit' : ''}></i>`)}`;
  }
}

customElements.define('pal-level', PalLevel);
