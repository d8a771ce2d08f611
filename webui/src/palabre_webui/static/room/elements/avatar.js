/** `<pal-avatar>`: a coloured disc with the first letter of a name. The name always stands beside it in words. */

import { LitElement, html } from 'lit';
import { hue, initial } from './person.js';

export class PalAvatar extends LitElement {
  static properties = { name: {}, who: {} };

  createRenderRoot() {
    return this;
  }

  render() {
    this.dataset.hue = hue(this.who ?? this.name ?? '');
    this.setAttribute('aria-hidden', 'true');
    return html`${initial(this.name)}`;
  }
}

customElements.define('pal-avatar', PalAvatar);
