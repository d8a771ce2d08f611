/** Whether I speak: my own microphone's level, read some times a second, calm enough for a mark that does not flicker. */

const EVERY_MS = 150;
const SPOKEN_LEVEL = 0.45; // −33 dBFS: speech near a microphone, not the hum of a room
const HOLD_MS = 600;

/** Keeps `view.iSpeak` up to date until the returned function is called. */
export function watchMyVoice(room, view) {
  let heardAt = -Infinity;
  const timer = setInterval(() => {
    if (room.media.microphone.on && room.media.microphone.level > SPOKEN_LEVEL) heardAt = performance.now();
    const speaks = performance.now() - heardAt < HOLD_MS;
    if (speaks === view.iSpeak) return;
    view.iSpeak = speaks;
    view.changed();
  }, EVERY_MS);
  return () => clearInterval(timer);
}
