// @ts-check
/**
 * Screen share in the browser: one button, one stage, and a polite way to ask for one's turn.
 * What is shown is a function of the slice `{showing, asking, turn}` (see `stage.py`).
 */

import { capture } from "./capture.js";
import { reducers } from "./slice.js";

/** @typedef {import('@palabre/room-api').RoomApi} RoomApi */

/** Seconds between two looks at whether a turn that was kept has run out. */
const TURN_CHECK_S = 1;

export default {
  apiVersion: 1,

  /** @param {RoomApi} api */
  setup(api) {
    const share = new ScreenShare(api);
    return () => share.dispose();
  },
};

/** Keeps button, stage and capture in step with the room. */
class ScreenShare {
  /** @param {RoomApi} api */
  constructor(api) {
    this.api = api;
    /** @type {import('./capture.js').Capture|null} */
    this.own = null;
    this.starting = false;
    /** @type {{track: string, remove: () => void}|null} */
    this.stage = null;
    /** @type {{update(partial: object): void}|null} */
    this.button = null;
    this.answering = new Set();
    this.offered = "";
    this.disposers = [
      api.room.slice(null, reducers),
      api.slots.add("toolbar", {
        id: "share",
        label: api.t("Share screen"),
        icon: "monitor-up",
        order: 10,
        mount: (_element, ctx) => this.mountButton(ctx),
      }),
      api.room.onState(() => this.follow()),
      api.media.onTracks(() => this.follow()),
    ];
    const timer = setInterval(() => this.follow(), TURN_CHECK_S * 1000);
    this.disposers.push(() => clearInterval(timer));
  }

  dispose() {
    this.own?.stop();
    this.stage?.remove();
    for (const dispose of this.disposers) dispose();
  }

  /** The plugin's slice, or what an empty room has. */
  get slice() {
    return this.api.room.state?.slices.screen_share ?? { showing: null, asking: [], turn: null };
  }

  get myId() {
    return this.api.me?.id;
  }

  get mayShow() {
    const me = this.api.me;
    return Boolean(me && (me.role === "presenter" || (me.floor && me.floor_may_show)));
  }

  get supported() {
    return Boolean(navigator.mediaDevices && "getDisplayMedia" in navigator.mediaDevices);
  }

  /** @param {any} ctx */
  mountButton(ctx) {
    this.button = ctx.button({
      icon: "monitor-up",
      label: this.api.t("Share screen"),
      onClick: () => this.press(),
    });
    this.follow();
    return () => {
      this.button = null;
    };
  }

  /** The button: start, stop, or ask. */
  async press() {
    const { showing, asking } = this.slice;
    try {
      if (showing?.participant === this.myId) await this.stop();
      else if (!showing) await this.start();
      else if (asking.some((request) => request.participant === this.myId)) return;
      else {
        await this.api.room.act("ask", {});
        this.api.notify(
          this.api.t("{name} has been asked to let you show.", { name: this.nameOf(showing.participant) }),
        );
      }
    } catch (error) {
      this.api.notify(messageOf(error), { kind: "error" });
    }
  }

  /** Let the browser choose a surface, take the screen, publish. In this order: the picker needs the fresh click. */
  async start() {
    if (this.starting) return;
    this.starting = true;
    try {
      const captured = await capture();
      if (!captured) return;
      try {
        await this.api.room.act("start", {});
        await captured.publish(this.api.media);
      } catch (error) {
        captured.stop();
        await this.api.room.act("stop", {}).catch(() => undefined);
        throw error;
      }
      this.own = captured;
      captured.onEnd(() => this.stop());
    } finally {
      this.starting = false;
      this.follow();
    }
  }

  async stop() {
    this.own?.stop();
    this.own = null;
    if (this.slice.showing?.participant === this.myId) await this.api.room.act("stop", {});
  }

  /** Bring everything in step with the room's state. */
  follow() {
    const { showing, asking, turn } = this.slice;
    if (this.own && !this.starting && showing?.participant !== this.myId) {
      this.own.stop();
      this.own = null;
      this.api.notify(this.api.t("Your screen is no longer shown."));
    }
    this.followButton(showing, asking);
    this.followStage(showing);
    this.followRequests(showing, asking);
    this.followTurn(turn, showing);
  }

  followButton(showing, asking) {
    if (!this.button) return;
    const { t } = this.api;
    const mine = showing?.participant === this.myId;
    const waiting = asking.some((request) => request.participant === this.myId);
    let label = t("Share screen");
    let title = "";
    if (mine) label = t("Stop sharing");
    else if (waiting) label = t("Asked");
    else if (showing && this.mayShow) label = t("Ask to show");
    if (!this.supported) title = t("This browser cannot share a screen.");
    else if (!this.mayShow) title = t("Only presenters show their screen. Raise your hand to be given that right.");
    this.button.update({
      icon: mine ? "monitor-x" : "monitor-up",
      label,
      title,
      pressed: mine,
      disabled: !mine && (!this.mayShow || !this.supported || waiting),
    });
  }

  followStage(showing) {
    const track = showing
      ? this.api.media
          .tracks()
          .find((candidate) => candidate.source === "screen" && candidate.participant === showing.participant)
      : undefined;
    if (this.stage?.track === track?.id) return;
    this.stage?.remove();
    this.stage = null;
    if (!track) return;
    const name = this.nameOf(track.participant);
    const label = this.api.t("Screen of {name}", { name });
    const remove = this.api.slots.add("stage", {
      id: "screen",
      label,
      icon: "monitor-up",
      order: 0,
      mount: (element, ctx) => {
        const video = document.createElement("video");
        video.className = "pal-stage-video";
        video.setAttribute("aria-label", label);
        video.autoplay = true;
        video.muted = true;
        video.playsInline = true;
        element.append(video);
        ctx.caption?.(label);
        const detach = this.api.media.attach(track.id, video);
        return () => {
          detach();
          video.remove();
        };
      },
    });
    this.stage = { track: track.id, remove };
  }

  /** Tell the person who shows who asks, once for each request. */
  followRequests(showing, asking) {
    for (const key of this.answering) if (!asking.some((request) => keyOf(request) === key)) this.answering.delete(key);
    if (showing?.participant !== this.myId) return;
    for (const request of asking) {
      if (this.answering.has(keyOf(request))) continue;
      this.answering.add(keyOf(request));
      const answer = (accept) =>
        this.api.room.act("answer", { participant: request.participant, accept }).catch(() => undefined);
      this.api.notify(
        this.api.t("{name} would like to show their screen.", { name: this.nameOf(request.participant) }),
        {
          kind: "question",
          actions: [
            { label: this.api.t("Give way"), onClick: () => answer(true) },
            { label: this.api.t("Not now"), onClick: () => answer(false) },
          ],
        },
      );
    }
  }

  /** The screen was given to me: say so, with the button that the browser's picker needs. */
  followTurn(turn, showing) {
    const mine = turn && turn.participant === this.myId && !showing ? turn.until : "";
    if (mine === this.offered) return;
    this.offered = mine;
    if (mine && Date.parse(mine) > Date.now())
      this.api.notify(this.api.t("It is your turn to show your screen."), {
        kind: "question",
        actions: [{ label: this.api.t("Share screen"), onClick: () => this.press() }],
      });
  }

  nameOf(id) {
    return (
      this.api.room.state?.participants.find((participant) => participant.id === id)?.name ?? this.api.t("Somebody")
    );
  }
}

const keyOf = (request) => `${request.participant} ${request.since}`;

const messageOf = (error) => (error instanceof Error ? error.message : String(error));
