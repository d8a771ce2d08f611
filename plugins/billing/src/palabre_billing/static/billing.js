// @ts-check
/**
 * Shows presenters what is left of the hour and what the organiser has, and tells them that the credits run out. Guests'
 * browsers get neither the events nor the slice.
 */

/** @typedef {import('@palabre/room-api').RoomApi} RoomApi */
/** @typedef {{credits: number, balance: number, ends_at: string}} Hour */

const MINUTE_MS = 60_000;
const BUY = "/plugins/billing/buy";

export default {
  apiVersion: 1,

  /** @param {RoomApi} api */
  setup(api) {
    api.room.slice(/** @type {Hour | null} */ (null), {
      hour: (_before, event) => event.data,
      "core:opened": () => null,
      "core:ended": () => null,
    });
    api.room.onEvent("running_out", (event) => runningOut(api, event.data));

    /** @type {(() => void) | null} */
    let remove = null;
    api.room.onState(() => {
      const shown = hourOf(api) !== null;
      if (shown && !remove) {
        remove = api.slots.add("people", { id: "hour", label: api.t("Credits"), icon: "clock", mount: (element) => showHour(api, element) });
      } else if (!shown && remove) {
        remove();
        remove = null;
      }
    });
  },
};

/**
 * The hour that runs; null for guests, and where the meeting costs nothing.
 *
 * @param {RoomApi} api
 * @returns {Hour | null}
 */
function hourOf(api) {
  return api.me?.role === "presenter" ? (api.room.state?.slices[api.plugin] ?? null) : null;
}

/**
 * Draws the lines, again at each change and at each minute of the clock.
 *
 * @param {RoomApi} api
 * @param {HTMLElement} element
 */
function showHour(api, element) {
  const left = document.createElement("p");
  const has = document.createElement("p");
  element.append(left, has);
  const draw = () => {
    const hour = hourOf(api);
    if (!hour) return;
    const minutes = Math.max(0, Math.ceil((Date.parse(hour.ends_at) - Date.now()) / MINUTE_MS));
    left.textContent = api.t.n("{minutes} minute of this hour is left.", "{minutes} minutes of this hour are left.", minutes, { minutes });
    const next = api.t.n("The next one costs {credits} credit.", "The next one costs {credits} credits.", hour.credits, { credits: hour.credits });
    const balance = api.t.n("The organiser has {balance} credit.", "The organiser has {balance} credits.", hour.balance, { balance: hour.balance });
    has.textContent = `${balance} ${next}`;
  };
  const stopState = api.room.onState(draw);
  const timer = setInterval(draw, MINUTE_MS / 6);
  return () => {
    clearInterval(timer);
    stopState();
  };
}

/**
 * @param {RoomApi} api
 * @param {{minutes: number, missing: number}} data
 */
function runningOut(api, { minutes, missing }) {
  const when = api.t.n(
    "The credits cover this meeting for {minutes} more minute.",
    "The credits cover this meeting for {minutes} more minutes.",
    minutes,
    { minutes },
  );
  const what = api.t.n("{missing} credit is missing.", "{missing} credits are missing.", missing, { missing });
  api.notify(`${when} ${what}`, {
    kind: "question",
    actions: [{ label: api.t("Buy credits"), onClick: () => window.open(BUY, "_blank", "noopener") }],
  });
}
