/** `<pal-more-menu>`: what is needed less often, and the plugins' buttons that the bar has no place for; on a phone also people and reactions. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './menu.js';
import { entriesOf, slotList } from './slot-list.js';
import { reactionButtons } from './reaction-menu.js';
import { toolbarContext } from './toolbar-context.js';

export class PalMoreMenu extends RoomElement {
  render() {
    return html`<pal-menu .label=${t('More')} .word=${t('More')} icon="ellipsis" buttonClass="bar-button bar-button--plain"
      .badge=${this.view.phone && Boolean(this.room.state.waiting?.length)} .items=${() => this.#items()}></pal-menu>`;
  }

  #items() {
    const { view } = this;
    return [
      ...(this.view.phone ? this.#phoneItems() : []),
      ...this.#pluginItems(),
      { title: t('Layout') },
      { icon: 'square', label: t('Automatic'), checked: view.layout === 'auto', run: () => view.setLayout('auto') },
      { icon: 'layout-grid', label: t('Everyone the same size'), checked: view.layout === 'grid', run: () => view.setLayout('grid') },
      { icon: 'presentation', label: t('Speaker large'), checked: view.layout === 'speaker', run: () => view.setLayout('speaker') },
      { separator: true },
      document.fullscreenEnabled ? this.#fullScreen() : null,
      { icon: 'settings', label: t('Sound, picture and settings'), run: () => view.openDialog('settings') },
      { icon: 'refresh-cw', label: t('Rejoin audio'), run: () => this.#rejoinAudio() },
      { icon: 'gauge', label: t('Check the connection'), run: () => view.openDialog('doctor') },
      { icon: 'circle-question-mark', label: t('Help'), run: () => window.open('/help', '_blank', 'noopener') },
      view.phone ? null : { icon: 'keyboard', label: t('Keyboard short cuts'), end: '?', run: () => view.openDialog('shortcuts') },
    ];
  }

  #phoneItems() {
    const { room, view } = this;
    return [
      { content: html`<div class="reaction-row" role="group" aria-label=${t('React')}>${reactionButtons(view, () => this.#close())}</div>` },
      { icon: 'users', label: t('People'), end: String(room.state.participants.length), run: () => view.openPanel('people') },
      ...entriesOf(room, 'panel').map((entry) => ({ icon: entry.icon, label: entry.label, run: () => view.openPanel(`plugin:${entry.id}`) })),
    ];
  }

  /** The plugins' buttons for which the bar has no place. */
  #pluginItems() {
    const { room, view } = this;
    const toolbar = entriesOf(room, 'toolbar').slice(view.places);
    return [
      toolbar.length ? { content: html`<div class="menu-plugins" @click=${() => this.#close()}>${slotList(toolbar, toolbarContext)}</div>` } : null,
      view.phone || toolbar.length ? { separator: true } : null,
    ];
  }

  #close() {
    this.querySelector('pal-menu').close();
  }

  #fullScreen() {
    return document.fullscreenElement
      ? { icon: 'minimize', label: t('Leave full screen'), run: () => document.exitFullscreen() }
      : { icon: 'maximize', label: t('Full screen'), run: () => this.view.attempt(() => document.documentElement.requestFullscreen()) };
  }

  async #rejoinAudio() {
    if (await this.view.attempt(() => this.room.media.rejoinAudio())) this.view.notify(t('The sound was connected again.'), { kind: 'good' });
  }
}

customElements.define('pal-more-menu', PalMoreMenu);
