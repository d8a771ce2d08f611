/** `<pal-leave-menu>`: leave; who presents may also end the meeting for everyone. */

import { html } from 'lit';
import { t } from '../i18n.js';
import { RoomElement } from './element.js';
import './bar-button.js';
import './menu.js';

export class PalLeaveMenu extends RoomElement {
  render() {
    const { room } = this;
    if (!room.canDo('end_for_all')) {
      return html`<pal-bar-button icon="phone-off" look="danger" .word=${t('Leave')} .action=${() => room.leave()}></pal-bar-button>`;
    }
    return html`<pal-menu .label=${t('Leave')} .word=${t('Leave')} icon="phone-off" buttonClass="bar-button bar-button--danger"
      .items=${() => this.#items()}></pal-menu>`;
  }

  #items() {
    const { room, view } = this;
    return [
      { icon: 'log-out', label: t('Leave, the others go on'), run: () => room.leave() },
      { icon: 'phone-off', label: t('End for everyone'), danger: true, run: () => view.confirm({
        title: t('End the meeting for everyone?'),
        text: t('Everybody leaves at once, and the links no longer open this meeting.'),
        button: t('End for everyone'),
        danger: true,
        run: () => view.act('end_for_all'),
      }) },
    ];
  }
}

customElements.define('pal-leave-menu', PalLeaveMenu);
