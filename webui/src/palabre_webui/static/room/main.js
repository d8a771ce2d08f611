/** Boots the room page: reads what the server wrote into it, loads the words, makes the controller, shows `<pal-room>`. */

import { loadCatalogue, t } from './i18n.js';
import { RoomController } from './controller.js';
import './elements/room.js';

async function boot() {
  const config = JSON.parse(document.getElementById('palabre-room').textContent);
  await loadCatalogue(config.catalogue, config.language);
  const controller = new RoomController(config, { t });
  const room = document.createElement('pal-room');
  room.room = controller;
  document.getElementById('loading').replaceWith(room);
  // Plugins draw into the pre-join page too, so they load at once; one that fails is reported by the host and stops nobody.
  controller.plugins.load(config.modules ?? []);
}

boot().catch((error) => {
  // Nothing of ours stands yet: say it in the plain page, in both languages, and leave the trace where support looks.
  console.error(error);
  const loading = document.getElementById('loading') ?? document.body;
  const words = document.documentElement.lang === 'fr'
    ? 'La page de la réunion n’a pas pu s’ouvrir. Rechargez-la ; si cela se répète, essayez un autre navigateur.'
    : 'The meeting page could not open. Load it again; if it happens once more, try another browser.';
  loading.textContent = words;
});
