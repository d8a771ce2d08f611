/** What this machine remembers of how somebody enters: the name, and whether microphone and camera are on. */

const KEY = 'palabre.entry';
const DEFAULTS = { name: '', microphone: true, camera: true };

export function rememberedEntry() {
  try {
    const entry = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...DEFAULTS, ...entry, name: typeof entry.name === 'string' ? entry.name : '' };
  } catch {
    return { ...DEFAULTS }; // storage is closed to this page, or holds somebody else's text
  }
}

export function rememberEntry(partial) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...rememberedEntry(), ...partial }));
  } catch (error) {
    console.info('The name is not remembered in this browser:', error.message);
  }
}
