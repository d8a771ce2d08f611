/** `<pal-slot>`: the place where one plugin entry is mounted; cleaned up when it goes away. */

import { t } from '../i18n.js';

export class PalSlot extends HTMLElement {
  /** The plugin host's entry `{plugin, id, label, icon, order, mount}`. */
  entry = null;
  /** What `mount` gets as its second argument: an object, or a function that makes one for this element. */
  context = {};

  #cleanup = null;

  connectedCallback() {
    this.dataset.plugin = this.entry.plugin;
    const context = typeof this.context === 'function' ? this.context(this) : this.context;
    try {
      this.#cleanup = this.entry.mount(this, { language: document.documentElement.lang, ...context });
    } catch (error) {
      // A plugin's fault stays in its own place: said there, written down for support, and the meeting goes on.
      console.error(`Plugin ${this.entry.plugin} could not draw ${this.entry.id}:`, error);
      this.textContent = t('This part does not work at the moment.');
      this.classList.add('slot-failed');
    }
  }

  disconnectedCallback() {
    const cleanup = this.#cleanup;
    this.#cleanup = null;
    try {
      if (typeof cleanup === 'function') cleanup();
    } catch (error) {
      console.error(`Plugin ${this.entry.plugin} could not clean up ${this.entry.id}:`, error);
    }
    this.replaceChildren();
  }
}

customElements.define('pal-slot', PalSlot);
