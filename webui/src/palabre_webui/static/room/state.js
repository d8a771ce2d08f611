/**
 * The room's state as a function of its events: pure reducers, one for each built-in event. A state is never changed,
 * always replaced; parts that an event does not touch stay the same objects, so `===` tells what changed.
 *
 * @typedef {import("./types.js").RoomState} RoomState
 * @typedef {import("./types.js").RoomEvent} RoomEvent
 * @typedef {import("./types.js").Participant} Participant
 * @typedef {import("./types.js").Track} Track
 * @typedef {(state: RoomState, event: RoomEvent) => RoomState} Reducer
 * @typedef {(slice: any, event: RoomEvent) => any} SliceReducer
 */

/** Messages that the room keeps at hand; as on the server. */
const CHAT_KEPT = 500;

/**
 * @param {RoomState} state
 * @param {string} id
 * @returns {Participant | null}
 */
export function participant(state, id) {
  return state.participants.find((each) => each.id === id) ?? null;
}

/**
 * @param {RoomState} state
 * @param {string} id
 * @returns {{participant: Participant, track: Track} | null}
 */
export function track(state, id) {
  for (const owner of state.participants) {
    const found = owner.tracks.find((each) => each.id === id);
    if (found) return { participant: owner, track: found };
  }
  return null;
}

/** @type {(state: RoomState, id: string, change: Partial<Participant>) => RoomState} */
const withParticipant = (state, id, change) => ({
  ...state,
  participants: state.participants.map((each) => (each.id === id ? { ...each, ...change } : each)),
});

/** @type {(state: RoomState, id: string, change: Partial<Track>) => RoomState} */
const withTrack = (state, id, change) => ({
  ...state,
  participants: state.participants.map((each) =>
    each.tracks.some((one) => one.id === id)
      ? { ...each, tracks: each.tracks.map((one) => (one.id === id ? { ...one, ...change } : one)) }
      : each,
  ),
});

/** @type {(state: RoomState, change: Partial<RoomState["meeting"]>) => RoomState} */
const withMeeting = (state, change) => ({ ...state, meeting: { ...state.meeting, ...change } });

/** @type {(state: RoomState, name: string, slice: any) => RoomState} */
const withSlice = (state, name, slice) =>
  slice === state.slices[name] ? state : { ...state, slices: { ...state.slices, [name]: slice } };

/** An event that carries a participant names it by id, or brings the whole of it. */
/** @type {(data: any) => string} */
const idOf = (data) => (typeof data.participant === "string" ? data.participant : data.participant.id);

/** @type {Reducer} */
function joined(state, { data }) {
  const others = state.participants.filter((each) => each.id !== data.participant.id);
  return withoutWaiting({ ...state, participants: [...others, data.participant] }, data.participant.id);
}

/** @type {Reducer} */
function cameBack(state, { data }) {
  if (typeof data.participant === "string") return withParticipant(state, data.participant, { connected: true });
  const change = { ...data.participant, connected: true };
  return participant(state, change.id)
    ? withParticipant(state, change.id, change)
    : { ...state, participants: [...state.participants, change] };
}

/** @type {(state: RoomState, id: string) => RoomState} */
const withoutWaiting = (state, id) =>
  state.waiting.some((each) => each.id === id)
    ? { ...state, waiting: state.waiting.filter((each) => each.id !== id) }
    : state;

/** @type {Record<string, Reducer>} */
const REDUCERS = {
  joined,
  came_back: cameBack,
  connection_lost: (state, { data }) => withParticipant(state, idOf(data), { connected: false }),
  left: (state, { data }) => ({
    ...state,
    participants: state.participants.filter((each) => each.id !== idOf(data)),
  }),

  waiting: (state, { data }) => ({
    ...state,
    waiting: [...state.waiting.filter((each) => each.id !== data.waiting.id), data.waiting],
  }),
  waiting_ended: (state, { data }) => withoutWaiting(state, idOf(data)),
  admitted: (state, { data }) => withoutWaiting(state, idOf(data)),

  opened: (state, { at, data }) => ({
    ...withMeeting(state, { ...data.meeting, started_at: at, ended: false, locked: false }),
    participants: [],
  }),
  locked: (state) => withMeeting(state, { locked: true }),
  unlocked: (state) => withMeeting(state, { locked: false }),
  ended: (state) => withMeeting(state, { ended: true }),
  microphones_set: (state, { data }) => withMeeting(state, { microphones: data.mode }),

  role_changed: (state, { data }) => withParticipant(state, idOf(data), { role: data.role }),
  renamed: (state, { data }) => withParticipant(state, idOf(data), { name: data.name }),
  hand_raised: (state, { at, data }) => withParticipant(state, idOf(data), { hand_raised_at: at }),
  hand_lowered: (state, { data }) => withParticipant(state, idOf(data), { hand_raised_at: null }),
  floor_given: (state, { data }) =>
    withParticipant(state, idOf(data), { floor: true, floor_may_show: Boolean(data.may_show), hand_raised_at: null }),
  floor_taken: (state, { data }) => withParticipant(state, idOf(data), { floor: false, floor_may_show: false }),

  track_published: (state, { data }) => {
    const owner = participant(state, idOf(data));
    if (!owner) return state;
    const others = owner.tracks.filter((each) => each.id !== data.track.id);
    return withParticipant(state, owner.id, { tracks: [...others, { muted: false, blocked: false, ...data.track }] });
  },
  track_unpublished: (state, { data }) => {
    const owner = participant(state, idOf(data));
    return owner
      ? withParticipant(state, owner.id, { tracks: owner.tracks.filter((each) => each.id !== data.track) })
      : state;
  },
  track_muted: (state, { data }) => withTrack(state, data.track, { muted: true }),
  track_unmuted: (state, { data }) => withTrack(state, data.track, { muted: false }),

  chat_sent: (state, { at, data }) => {
    const messages = state.slices.chat?.messages ?? [];
    if (messages.some((/** @type {any} */ each) => each.id === data.id)) return state;
    return withSlice(state, "chat", { ...state.slices.chat, messages: [...messages, { ...data, at }].slice(-CHAT_KEPT) });
  },
  chat_deleted: (state, { data }) => {
    const messages = state.slices.chat?.messages ?? [];
    return withSlice(state, "chat", {
      ...state.slices.chat,
      messages: messages.filter((/** @type {any} */ each) => each.id !== data.id),
    });
  },
};

/** Applies events to states: the built-in reducers, and those that plugins register for their own slice. */
export class Reducers {
  /** @type {Map<string, Map<string, SliceReducer>>} event kind → plugin → reducer */
  #slices = new Map();

  /**
   * @param {string} plugin   the slice's name
   * @param {Record<string, SliceReducer>} reducers by whole event kind (`screen_share.started`, `left`)
   * @returns {() => void} removes them
   */
  register(plugin, reducers) {
    for (const [kind, reducer] of Object.entries(reducers)) {
      if (!this.#slices.has(kind)) this.#slices.set(kind, new Map());
      this.#slices.get(kind)?.set(plugin, reducer);
    }
    return () => Object.keys(reducers).forEach((kind) => this.#slices.get(kind)?.delete(plugin));
  }

  /**
   * @param {RoomState} state
   * @param {RoomEvent} event
   * @param {(plugin: string, error: unknown) => void} [failed] told of a plugin's reducer that threw; its slice stays
   * @returns {RoomState} frozen; the same object when nothing changed
   */
  reduce(state, event, failed = () => {}) {
    let next = (Object.hasOwn(REDUCERS, event.kind) ? REDUCERS[event.kind] : unchanged)(state, event);
    for (const [plugin, reducer] of this.#slices.get(event.kind) ?? []) {
      try {
        next = withSlice(next, plugin, reducer(next.slices[plugin], event));
      } catch (error) {
        failed(plugin, error);
      }
    }
    return next === state ? state : frozen(next);
  }
}

/** @type {Reducer} */
const unchanged = (state) => state;

/**
 * Freezes plain data through and through; what is frozen already is not walked again.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function frozen(value) {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
