/** `<pal-icon name="mic">`: a lucide icon, always beside or inside something that has words. */

import { iconSvg } from '@palabre/icons';

export class PalIcon extends HTMLElement {
  static observedAttributes = ['name'];

  connectedCallback() {
    this.#draw();
  }

  attributeChangedCallback() {
    // Lit counts the nodes of a template it has just cloned: nothing may appear inside before it stands in the page.
    if (this.isConnected) this.#draw();
  }

  #draw() {
    this.innerHTML = iconSvg(this.getAttribute('name')); // our own vendored markup
  }
}

customElements.define('pal-icon', PalIcon);
