/** What this window shows of the room: open panel, layout, pinned picture, what was read. No state of the meeting itself. */

import { t } from '../i18n.js';
import { unreadMessages } from './chat-reading.js';

const LAYOUT_KEY = 'palabre.layout';
const PHONE = matchMedia('(max-width: 720px)');
/** How many of the plugins' buttons fit the bar, from so wide a window on; the rest are under *More*. */
const PLACES = [[1500, 6], [1280, 3], [1000, 2], [721, 1]].map(([width, places]) => ({ query: matchMedia(`(min-width: ${width}px)`), places }));

export class RoomView extends EventTarget {
  panel = null; // 'people', 'chat', 'plugin:<entry id>' or null
  layout; // 'auto' | 'grid' | 'speaker'
  pinned = null; // participant id
  phone; // a narrow window: sheets from below, six buttons
  places; // plugins' buttons that fit the bar
  notices = [];
  reactions = []; // {key, participant, reaction}: what floats over the stage for some seconds
  badges = {}; // panel name → number, set by plugins
  unread = 0;
  iSpeak = false; // my open microphone hears something (see my-voice.js)

  #room;
  #readAt = null;
  #key = 0;
  #said = '';
  #saying = null;

  constructor(room) {
    super();
    this.#room = room;
    this.layout = remembered();
    this.#measure();
    for (const query of [PHONE, ...PLACES.map((one) => one.query)]) {
      query.addEventListener('change', () => {
        this.#measure();
        this.changed();
      });
    }
    room.addEventListener('change', () => this.#countUnread());
  }

  #measure() {
    this.phone = PHONE.matches;
    this.places = PLACES.find((one) => one.query.matches)?.places ?? 0;
  }

  /** Words for screen readers; pal-announcer reads them. */
  get said() {
    return this.#said;
  }

  openPanel(panel) {
    this.panel = panel;
    if (panel === 'chat') {
      this.#markRead();
      this.#said = '';
    }
    this.changed();
  }

  togglePanel(panel) {
    this.openPanel(this.panel === panel ? null : panel);
  }

  setLayout(layout) {
    this.layout = layout;
    this.pinned = null;
    try {
      localStorage.setItem(LAYOUT_KEY, layout);
    } catch (error) {
      console.info('The layout is not remembered in this browser:', error.message);
    }
    this.changed();
  }

  pin(participantId) {
    this.pinned = this.pinned === participantId ? null : participantId;
    this.changed();
  }

  /** Shows a dialog: 'settings' | 'shortcuts' | 'doctor' | 'rename'. pal-meeting and pal-prejoin listen. */
  openDialog(name) {
    this.dispatchEvent(new CustomEvent('dialog', { detail: name }));
  }

  /** Asks before something that cannot be undone: `{title, text, button, danger?, run}`. */
  confirm(question) {
    this.dispatchEvent(new CustomEvent('confirm', { detail: question }));
  }

  /**
   * Shows a short sentence above the bar. `kind`: 'info' | 'good' | 'warning' | 'error' | 'question'; a question, and what has
   * `actions` (`{label, onClick}`), stays until it is answered or closed.
   */
  notify(text, { kind = 'info', actions = [] } = {}) {
    const notice = { key: ++this.#key, text, kind, actions };
    this.notices = [...this.notices.slice(-3), notice];
    const stays = kind === 'question' || actions.length > 0;
    if (!stays) setTimeout(() => this.dismiss(notice.key), kind === 'error' ? 12_000 : 6_000);
    this.changed();
  }

  dismiss(key) {
    this.notices = this.notices.filter((notice) => notice.key !== key);
    this.changed();
  }

  /** Says something to screen readers; what was said does not stay in the page to be read twice. */
  say(text) {
    this.#said = text;
    clearTimeout(this.#saying);
    if (text) this.#saying = setTimeout(() => this.say(''), 4_000);
    this.changed();
  }

  showReaction(participant, reaction) {
    const shown = { key: ++this.#key, participant, reaction };
    this.reactions = [...this.reactions.slice(-8), shown];
    setTimeout(() => {
      this.reactions = this.reactions.filter(({ key }) => key !== shown.key);
      this.changed();
    }, 5_000);
    this.changed();
  }

  setBadge(panel, count) {
    this.badges = { ...this.badges, [panel]: count };
    this.changed();
  }

  /** Performs an act and says in words when it was refused. True when it was done. */
  async act(name, data = {}) {
    return this.attempt(() => this.#room.act(name, data));
  }

  async toggleMicrophone(on = !this.#room.media.microphone.on) {
    const { media } = this.#room;
    if (on && !this.#room.canDo('publish:microphone')) {
      this.notify(t('In this meeting a presenter gives the floor. Raise your hand to ask for it.'));
      return;
    }
    const done = await this.attempt(() => media.setMicrophoneOn(on), () => on && media.microphone.error?.message);
    if (done) this.say(media.microphone.on ? t('Your microphone is open') : t('Your microphone is muted'));
  }

  async toggleCamera() {
    const { media } = this.#room;
    const on = !media.camera.on;
    const done = await this.attempt(() => media.setCameraOn(on), () => on && media.camera.error?.message);
    if (done) this.say(media.camera.on ? t('Your picture is shown') : t('Your picture is off'));
  }

  async toggleHand() {
    await this.act(this.#room.me?.hand_raised_at ? 'lower_hand' : 'raise_hand');
  }

  /** Does `work`; when it fails says why: in our own words where `words()` has some, else in the error's. */
  async attempt(work, words = () => null) {
    try {
      await work();
      const problem = words();
      if (problem) this.notify(problem, { kind: 'error' });
      return !problem;
    } catch (error) {
      this.notify(words() ?? error.message, { kind: 'error' });
      return false;
    }
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  #messages() {
    return this.#room.state?.slices?.chat?.messages ?? [];
  }

  #markRead() {
    this.#readAt = this.#messages().at(-1)?.at ?? this.#readAt ?? '';
    this.unread = 0;
  }

  #countUnread() {
    if (!this.#room.state) return;
    // What was written before I came is not news.
    if (this.#readAt === null || this.panel === 'chat') this.#markRead();
    const unread = unreadMessages(this.#messages(), this.#readAt, this.#room.myId);
    if (unread === this.unread) return;
    this.unread = unread;
    this.changed();
  }
}

function remembered() {
  try {
    const layout = localStorage.getItem(LAYOUT_KEY);
    return ['auto', 'grid', 'speaker'].includes(layout) ? layout : 'auto';
  } catch {
    return 'auto'; // storage is closed to this page
  }
}
