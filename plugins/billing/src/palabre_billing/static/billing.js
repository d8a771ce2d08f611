// @ts-check
/** Tells presenters in the room that the credits run out. Guests' browsers never get the event. */

/** @typedef {import('@palabre/room-api').RoomApi} RoomApi */

export default {
  apiVersion: 1,

  /** @param {RoomApi} api */
  setup(api) {
    return api.room.onEvent("running_out", (event) => {
      const { minutes, missing } = /** @type {{minutes: number, missing: number}} */ (event.data);
      const when = api.t.n(
        "The credits cover this meeting for {minutes} more minute.",
        "The credits cover this meeting for {minutes} more minutes.",
        minutes,
        { minutes },
      );
      const what = api.t.n("{missing} credit is missing.", "{missing} credits are missing.", missing, { missing });
      api.notify(`${when} ${what}`, {
        kind: "question",
        actions: [{ label: api.t("See the credits"), onClick: () => window.open("/plugins/billing/", "_blank", "noopener") }],
      });
    });
  },
};
