/** `<pal-room>`: the whole room page: choosing, waiting, the meeting, its end. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import '../prejoin/prejoin.js';
import '../prejoin/waiting.js';
import './closed.js';
import './dialogs.js';
import './meeting.js';
import './notices.js';
import { RoomView } from './view.js';

export class PalRoom extends RoomElement {
  connectedCallback() {
    this.view ??= new RoomView(this.room);
    super.connectedCallback();
    this.room.addEventListener('notice', (event) => this.view.notify(event.detail.text, event.detail));
    this.room.plugins.addEventListener('change', () => this.#tellFailures());
  }

  #told = 0; // how many of the plugins' failures were said

  #tellFailures() {
    const { failures } = this.room.plugins;
    for (const { message } of failures.slice(this.#told)) this.view.notify(message, { kind: 'warning' });
    this.#told = failures.length;
  }

  render() {
    const { room, view } = this;
    return html`
      ${this.#phase()}
      <pal-notices .room=${room} .view=${view}></pal-notices>
      <pal-dialogs .room=${room} .view=${view}></pal-dialogs>`;
  }

  updated() {
    const inside = this.#inside;
    // The site's sand outside, dark inside: one attribute switches every token.
    if (inside) document.documentElement.dataset.scene = 'room';
    else delete document.documentElement.dataset.scene;
    const { unread } = this.view;
    const name = this.room.state?.meeting.name ?? this.room.config.meeting?.name ?? '';
    document.title = unread && inside ? t('({n}) {name}', { n: unread, name }) : name;
  }

  get #inside() {
    return ['in_room', 'reconnecting'].includes(this.room.phase) && Boolean(this.room.state);
  }

  #phase() {
    const { room, view } = this;
    if (this.#inside) return html`<pal-meeting class="meeting" .room=${room} .view=${view}></pal-meeting>`;
    // A name that was refused can be mended at once: the form stays, with the reason.
    if (room.phase === 'closed' && room.closedReason?.code !== 'bad_name') return html`<pal-closed .room=${room} .view=${view}></pal-closed>`;
    if (room.phase === 'waiting') return html`<pal-waiting .room=${room} .view=${view}></pal-waiting>`;
    return html`<pal-prejoin .room=${room} .view=${view}></pal-prejoin>`;
  }
}

customElements.define('pal-room', PalRoom);
