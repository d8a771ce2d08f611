/** What a plugin's toolbar entry may call: a button that looks like ours, in the bar or as a row in *More*. */

import './bar-button.js';

export function toolbarContext(place) {
  return {
    button({ icon, label, pressed, danger = false, disabled = false, title, onClick }) {
      const button = document.createElement('pal-bar-button');
      const shown = { icon, label, pressed, danger, disabled, title, onClick };
      const apply = (partial) => {
        Object.assign(shown, partial);
        Object.assign(button, {
          icon: shown.icon, word: shown.label, hint: shown.title, pressed: shown.pressed, disabled: shown.disabled,
          look: shown.danger ? 'danger' : shown.pressed ? 'on' : 'plain', action: () => shown.onClick?.(),
        });
      };
      button.inMenu = Boolean(place.closest('[role="menu"]'));
      apply({});
      place.append(button);
      return { element: button, update: apply };
    },
  };
}
