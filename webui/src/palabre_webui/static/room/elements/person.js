/** Small questions about a participant, asked by several elements. */

import { t } from '../i18n.js';

const HUES = 8;

/** One of eight colours, the same for one participant in every window. */
export function hue(id) {
  let sum = 0;
  for (const character of String(id)) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return (sum % HUES) + 1;
}

/** The first letter a reader would see, also of names outside the Latin alphabet. */
export function initial(name) {
  const letters = [...(name ?? '').trim()].find((character) => /[\p{L}\p{N}+]/u.test(character));
  return (letters ?? '?').toLocaleUpperCase();
}

export function trackOf(person, source) {
  return person.tracks?.find((track) => track.source === source) ?? null;
}

/** 'on', 'muted' or 'none' (no microphone in this meeting). */
export function microphoneOf(person) {
  const track = trackOf(person, 'microphone');
  if (!track) return 'none';
  return track.muted || track.blocked ? 'muted' : 'on';
}

export function isSpeaking(room, view, person) {
  if (person.id === room.myId) return view.iSpeak;
  // The engine's ranking holds those who speak now and lets go of them a moment later: it does not flicker.
  return microphoneOf(person) === 'on' && room.media.speakers.ranked.includes(person.id);
}

/** The picture to show of this person, or null when there is none. */
export function cameraStream(room, person) {
  if (person.id === room.myId) return room.media.camera.on ? room.media.localStream('camera') : null;
  const track = trackOf(person, 'camera');
  return track && !track.muted ? room.media.stream(person.id, 'camera') : null;
}

export function shownName(room, person) {
  return person.id === room.myId ? t('{name} (you)', { name: person.name }) : person.name;
}

/** Those who asked to speak, the first to ask first. */
export function handsRaised(state) {
  return state.participants
    .filter((person) => person.hand_raised_at)
    .sort((one, other) => one.hand_raised_at.localeCompare(other.hand_raised_at));
}

/** How long ago, in words, coarse enough not to change all the time. */
export function since(iso, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (!(minutes >= 1)) return t('just now');
  if (minutes < 60) return t('since {n} min', { n: minutes });
  return t('since {n} h', { n: Math.floor(minutes / 60) });
}
