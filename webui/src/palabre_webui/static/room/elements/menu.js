/** `<pal-menu>`: a button that opens a list of acts. A popover near the button; on a phone a sheet from below. */

import { LitElement, html, nothing } from 'lit';
import './icon.js';
import { slotList } from './slot-list.js';

const MARGIN = 8;

/**
 * `items` are `{label, icon, run, danger?, checked?, end?}`, `{separator: true}`, `{title}`, `{entries, context}` (plugin
 * entries that draw their own items) or `{content}` (a template). They are asked for when the menu opens: pass a function.
 */
export class PalMenu extends LitElement {
  static properties = {
    label: {}, word: {}, icon: {}, items: { attribute: false }, buttonClass: {}, badge: { type: Boolean }, open: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  constructor() {
    super();
    this.items = () => [];
    this.buttonClass = 'pal-button pal-button--quiet pal-button--icon';
    this.open = false;
  }

  render() {
    return html`
      <button type="button" class=${this.buttonClass} aria-haspopup="menu" aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${this.word ? nothing : this.label} title=${this.word ? nothing : this.label} @click=${this.#toggle}>
        <pal-icon name=${this.icon}></pal-icon>${this.word ? html`<span>${this.word}</span>` : nothing}
        ${this.badge ? html`<i class="dot"></i>` : nothing}
      </button>
      <div class="pal-menu" role="menu" popover aria-label=${this.label} @toggle=${this.#toggled} @keydown=${this.#keys}>
        ${this.open ? this.items().filter(Boolean).map((item) => this.#item(item)) : nothing}
      </div>`;
  }

  close() {
    this.#list.hidePopover();
  }

  get #list() {
    return this.querySelector('[popover]');
  }

  get #choices() {
    return [...this.#list.querySelectorAll('[role^="menuitem"]:not(:disabled)')];
  }

  #item(item) {
    if (item.separator) return html`<hr>`;
    if (item.title) return html`<div class="menu-title" role="presentation">${item.title}</div>`;
    if (item.content) return item.content;
    if (item.entries) return slotList(item.entries, (place) => ({ ...item.context, ...menuContext(this, place) }));
    const checked = item.checked === undefined ? nothing : String(item.checked);
    return html`
      <button type="button" role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked=${checked} tabindex="-1"
        ?data-danger=${item.danger} @click=${() => this.#choose(item)}>
        ${item.icon ? html`<pal-icon name=${item.icon}></pal-icon>` : nothing}<span>${item.label}</span>
        ${item.checked ? html`<span class="menu-end"><pal-icon name="check"></pal-icon></span>` : nothing}
        ${item.end ? html`<span class="menu-end">${item.end}</span>` : nothing}
      </button>`;
  }

  #choose(item) {
    this.close();
    item.run();
  }

  #toggle() {
    this.#list.togglePopover();
  }

  async #toggled(event) {
    this.open = event.newState === 'open';
    await this.updateComplete;
    if (this.open) {
      this.#place();
      this.#choices[0]?.focus({ preventScroll: true });
    } else if (this.#list.contains(document.activeElement) || document.activeElement === document.body) {
      this.querySelector('button').focus({ preventScroll: true });
    }
  }

  /** Near the button, inside the window; the style sheet makes it a sheet on a phone. */
  #place() {
    const list = this.#list;
    const button = this.querySelector('button').getBoundingClientRect();
    list.style.removeProperty('left');
    list.style.removeProperty('top');
    if (matchMedia('(max-width: 720px)').matches) return;
    const { width, height } = list.getBoundingClientRect();
    const above = button.top - height - MARGIN;
    const below = button.bottom + MARGIN;
    const top = below + height <= innerHeight - MARGIN || above < MARGIN ? Math.min(below, innerHeight - height - MARGIN) : above;
    const left = Math.min(Math.max(MARGIN, button.right - width), innerWidth - width - MARGIN);
    list.style.setProperty('left', `${left}px`);
    list.style.setProperty('top', `${Math.max(MARGIN, top)}px`);
  }

  #keys(event) {
    const choices = this.#choices;
    const at = choices.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 }[event.key];
    if (event.key === 'Tab') this.close();
    if (next === undefined || choices.length === 0) return;
    event.preventDefault();
    choices[(next + choices.length) % choices.length].focus();
  }
}

/** What a plugin may call while it draws into a menu. */
function menuContext(menu, place) {
  return {
    close: () => menu.close(),
    item({ icon, label, danger = false, onClick }) {
      const button = document.createElement('button');
      button.type = 'button';
      button.tabIndex = -1;
      button.setAttribute('role', 'menuitem');
      button.toggleAttribute('data-danger', danger);
      const words = document.createElement('span');
      words.textContent = label;
      if (icon) {
        const picture = document.createElement('pal-icon');
        picture.setAttribute('name', icon);
        button.append(picture);
      }
      button.append(words);
      button.addEventListener('click', () => {
        menu.close();
        onClick();
      });
      place.append(button);
      return button;
    },
  };
}

customElements.define('pal-menu', PalMenu);
