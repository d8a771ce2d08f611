// @ts-check
/** The plugin's slice in the browser: the same reducers as `stage.py`, none of which changes its input. */

/** Milliseconds that a free screen is kept for the person it was given to; as in `stage.py`. */
const TURN_MS = 30_000;

const without = (slice, participant) => ({
  ...slice,
  asking: slice.asking.filter((request) => request.participant !== participant),
});

const forget = (slice, participant) => ({
  ...without(slice, participant),
  showing: slice.showing?.participant === participant ? null : slice.showing,
  turn: slice.turn?.participant === participant ? null : slice.turn,
});

export const reducers = {
  started: (slice, { at, data }) => ({
    ...without(slice, data.participant),
    showing: { participant: data.participant, since: at },
    turn: null,
  }),
  stopped: (slice, { data }) => (slice.showing?.participant === data.participant ? { ...slice, showing: null } : slice),
  asked: (slice, { at, data }) => {
    const others = without(slice, data.participant);
    return { ...others, asking: [...others.asking, { participant: data.participant, since: at }] };
  },
  declined: (slice, { data }) => without(slice, data.participant),
  given_way: (slice, { at, data }) => ({
    ...without(slice, data.participant),
    showing: null,
    turn: { participant: data.participant, until: new Date(Date.parse(at) + TURN_MS).toISOString() },
  }),
  "core:left": (slice, { data }) => forget(slice, data.participant),
  "core:floor_taken": (slice, { data }) => forget(slice, data.participant),
  "core:role_changed": (slice, { data }) => (data.role === "guest" ? forget(slice, data.participant) : slice),
};
