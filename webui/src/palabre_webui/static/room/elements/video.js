/** `<pal-video>`: shows a stream without its sound (voices play elsewhere), and keeps it playing. */

import { LitElement, html, nothing } from 'lit';

export class PalVideo extends LitElement {
  static properties = { stream: { attribute: false }, label: {} };

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    // A picture that was moved in the page may have been paused by the browser.
    if (this.hasUpdated) this.#play();
  }

  render() {
    return html`<video autoplay playsinline .muted=${true} aria-label=${this.label ?? nothing}></video>`;
  }

  updated(changed) {
    if (!changed.has('stream')) return;
    this.querySelector('video').srcObject = this.stream;
    this.#play();
  }

  /** `autoplay` alone does not start every stream in every browser. */
  async #play() {
    const video = this.querySelector('video');
    if (!video.srcObject) return;
    try {
      await video.play();
    } catch (error) {
      // AbortError: another stream took its place meanwhile, and plays.
      if (error.name !== 'AbortError') console.warn('A picture does not play:', error);
    }
  }
}

customElements.define('pal-video', PalVideo);
