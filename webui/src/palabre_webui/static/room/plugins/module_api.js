/**
 * Makes the `api` object that one plugin's module gets: the host's abilities under the plugin's own names, each callback
 * guarded, everything undone together.
 *
 * @typedef {import("../controller.js").RoomController} RoomController
 * @typedef {import("../types.js").Translate} Translate
 * @typedef {import("./api.js").RoomApi} RoomApi
 * @typedef {import("./api.js").SlotName} SlotName
 * @typedef {import("./api.js").SlotContent} SlotContent
 *
 * @typedef {object} Surroundings
 * @property {string} plugin
 * @property {RoomController} room
 * @property {import("../state.js").Reducers} reducers
 * @property {Translate} t
 * @property {(slot: SlotName, content: SlotContent) => () => void} addSlot
 * @property {(error: unknown) => void} failed   told of whatever the module threw
 */
import { track } from "../state.js";
import { API_VERSION } from "./api.js";

const CORE = "core:";

/**
 * @param {Surroundings} surroundings
 * @returns {{api: RoomApi, dispose: () => void}}
 */
export function moduleApi({ plugin, room, reducers, t, addSlot, failed }) {
  /** @type {Set<() => void>} */
  const removers = new Set();

  /** @type {(remove: () => void) => () => void} */
  const tracked = (remove) => {
    const once = () => {
      if (removers.delete(once)) remove();
    };
    removers.add(once);
    return once;
  };

  /** @type {<T extends (...args: any[]) => any>(fn: T) => T} */
  const guarded = (fn) => /** @type {any} */ ((/** @type {any[]} */ ...args) => {
    try {
      return fn(...args);
    } catch (error) {
      failed(error);
    }
  });

  /** @type {(name: string) => string} */
  const whole = (name) => (name.startsWith(CORE) ? name.slice(CORE.length) : `${plugin}.${name}`);

  /** @type {(target: EventTarget, fn: () => void) => () => void} */
  const onChange = (target, fn) => {
    const listener = guarded(fn);
    target.addEventListener("change", listener);
    return tracked(() => target.removeEventListener("change", listener));
  };

  /** @type {RoomApi["room"]} */
  const roomApi = {
    get state() {
      return room.state;
    },
    act: (name, data) => room.act(whole(name), data),
    canDo: (act) => room.canDo(act.startsWith("publish:") ? act : whole(act)),
    onEvent(kind, fn) {
      const listener = guarded(fn);
      if (kind !== "*") return tracked(room.on(whole(kind), listener));
      return tracked(room.on("*", (event) => event.kind.startsWith(`${plugin}.`) && listener(event)));
    },
    onState(fn) {
      /** @type {import("../types.js").RoomState | null} */
      let shown = null;
      const tell = () => {
        if (!room.state || room.state === shown) return;
        shown = room.state;
        fn(shown);
      };
      guarded(tell)();
      return onChange(room, tell);
    },
    signal: (kind, data, to) => room.signal(whole(kind), data, to),
    onSignal: (kind, fn) => tracked(room.onSignal(whole(kind), guarded(fn))),
    slice(initial, own) {
      const byKind = Object.fromEntries(Object.entries(own).map(([kind, reducer]) => [
        whole(kind),
        (/** @type {any} */ slice, /** @type {any} */ event) => reducer(slice === undefined ? initial : slice, event),
      ]));
      const remove = tracked(reducers.register(plugin, byKind));
      room.refresh(); // events before this moment went by without these reducers
      return remove;
    },
  };

  /** @type {RoomApi["media"]} */
  const mediaApi = {
    async publish(publication) {
      const published = await room.media.publish(publication);
      const remove = tracked(() => void published.stop());
      return Object.freeze({
        get id() { return published.id; },
        async stop() {
          await published.stop();
          remove();
        },
      });
    },
    tracks: () => tracksOf(room),
    onTracks(fn) {
      /** @type {string | null} */
      let shown = null;
      const tell = () => {
        const tracks = tracksOf(room);
        const now = JSON.stringify(tracks);
        if (now === shown) return;
        shown = now;
        fn(tracks);
      };
      guarded(tell)();
      return onChange(room, tell);
    },
    attach(trackId, element) {
      element.muted = true;
      element.playsInline = true;
      element.autoplay = true;
      const show = () => {
        const stream = streamOf(room, trackId);
        if (element.srcObject !== stream) element.srcObject = stream;
      };
      show();
      const stop = onChange(room, show);
      return tracked(() => {
        stop();
        element.srcObject = null;
      });
    },
  };

  /** @type {RoomApi} */
  const api = {
    apiVersion: API_VERSION,
    plugin,
    language: room.config.language,
    room: Object.freeze(roomApi),
    get me() {
      return room.me;
    },
    media: Object.freeze(mediaApi),
    slots: Object.freeze({ add: (/** @type {SlotName} */ slot, /** @type {SlotContent} */ content) => tracked(addSlot(slot, content)) }),
    notify: (text, { kind = "info", actions = [] } = {}) =>
      room.notice(kind, text, actions.map(({ label, onClick }) => ({ label, onClick: guarded(onClick) }))),
    t,
  };

  const dispose = () => {
    for (const remove of [...removers]) guarded(remove)();
  };
  return { api: Object.freeze(api), dispose };
}

/**
 * Others' tracks as they are received, and one's own as the room knows them.
 *
 * @param {RoomController} room
 * @returns {import("./api.js").MediaTrack[]}
 */
function tracksOf(room) {
  const mine = room.me;
  const own = (mine?.tracks ?? []).map(({ id, source, kind, muted }) => ({ id, participant: mine?.id ?? "", source, kind, muted }));
  const others = room.media.remoteTracks().map(({ id, participant, source, kind }) => ({
    id,
    participant,
    source,
    kind,
    muted: (room.state && track(room.state, id)?.track.muted) ?? false,
  }));
  return [...own, ...others];
}

/**
 * @param {RoomController} room
 * @param {string} trackId
 */
function streamOf(room, trackId) {
  const own = room.me?.tracks.find(({ id }) => id === trackId);
  if (own) return room.media.localStream(own.source);
  return room.media.remoteTracks().find(({ id }) => id === trackId)?.stream ?? null;
}
