/**
 * Who may do what, as the server decides it (docs/protocol.md): here only to show or hide a button. The server
 * refuses whatever a page should not have offered.
 *
 * @typedef {import("./types.js").RoomState} RoomState
 * @typedef {import("./types.js").Participant} Participant
 * @typedef {(me: Participant, state: RoomState) => boolean} Rule
 */

/** @type {Rule} */
const everyone = () => true;
/** @type {Rule} */
const presenters = (me) => me.role === "presenter";
/** @type {Rule} */
const maySpeak = (me, state) => presenters(me, state) || me.floor || state.meeting.microphones === "free";

/** @type {Record<string, Rule>} */
const RULES = {
  leave: everyone,
  rename: everyone,
  admit: presenters,
  remove: presenters,
  lock: presenters,
  unlock: presenters,
  end_for_all: presenters,
  change_role: presenters,
  new_presenter: presenters,
  raise_hand: everyone,
  lower_hand: everyone,
  give_floor: presenters,
  take_floor: presenters,
  set_microphones: presenters,
  mute: presenters,
  mute_all: presenters,
  chat_send: everyone,
  chat_delete: presenters,
  react: everyone,
  // Publishing, by source; not acts of their own. The sources of plugins have rules there.
  "publish:microphone": maySpeak,
  "publish:camera": everyone,
};

/**
 * @param {RoomState | null} state
 * @param {Participant | null} me
 * @param {string} act an act's name, or `publish:<source>`; true for those of plugins, whose own affair it is
 */
export function allowed(state, me, act) {
  if (!state || !me) return false;
  return (RULES[act] ?? everyone)(me, state);
}
