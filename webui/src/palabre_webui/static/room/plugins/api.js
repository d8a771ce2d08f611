/**
 * The contract between the room page and a plugin's browser module, as types. `docs/plugins/room-api.d.ts` is generated
 * from this file. A module is one file:
 *
 *     export default {
 *       apiVersion: 1,
 *       setup(api) {
 *         api.slots.add("toolbar", { id: "wave", label: api.t("Wave"), order: 50, mount(element, place) {
 *           place.button({ icon: "hand", label: api.t("Wave"), onClick: () => api.room.signal("wave") });
 *         } });
 *         api.room.onSignal("wave", ({ from }) => api.notify(api.t("{name} waves", { name: nameOf(from) })));
 *       },
 *     };
 *
 * Names of acts, events and signals are the plugin's own and are prefixed by the host: `api.room.act("start")` in the
 * plugin `screen_share` performs `screen_share.start`. `core:` reaches the built-in ones: `core:raise_hand`.
 */

/** The contract's version. A module that asks for another one is refused with a sentence. */
export const API_VERSION = 1;

/**
 * Ends what it was given for; calling it twice does nothing more.
 *
 * @typedef {() => void} Remove
 */

/**
 * @typedef {object} RoomModule   what a plugin's module exports as default
 * @property {number} apiVersion
 * @property {(api: RoomApi) => Dispose | void | Promise<Dispose | void>} setup   called once, before the room is entered
 */
/** @typedef {() => void} Dispose   undoes `setup`; slots, listeners and tracks are removed by the host anyway */

/**
 * @typedef {object} RoomApi   frozen
 * @property {1} apiVersion
 * @property {string} plugin      the plugin's name
 * @property {string} language    BCP 47
 * @property {Room} room
 * @property {Participant | null} me   (read only) me in the room; null before entering
 * @property {Media} media
 * @property {Slots} slots
 * @property {(text: string, options?: {kind?: NoticeKind, actions?: NoticeAction[]}) => void} notify   says something to
 *   the user; a "question" stays until it is answered or closed
 * @property {Translate} t        the plugin's own texts, then the page's
 */

/**
 * @typedef {"info" | "warning" | "error" | "question"} NoticeKind
 * @typedef {{label: string, onClick: () => void}} NoticeAction
 */

/**
 * @typedef {object} Room
 * @property {RoomState | null} state   (read only) frozen; replaced at each change; null before entering
 * @property {(name: string, data?: object) => Promise<number>} act   resolves with the sequence number; rejects with
 *   `{code, message}`, the message in the user's language
 * @property {(kind: string, fn: (event: RoomEvent) => void) => Remove} onEvent   after the state has taken it in; "*" for
 *   all of this plugin's, "core:*" for all there are
 * @property {(fn: (state: RoomState) => void) => Remove} onState   at each change, and at once when there is a state
 * @property {(kind: string, data?: any, to?: string) => void} signal   shown and forgotten; to everybody or one participant
 * @property {(kind: string, fn: (signal: {kind: string, from: string, data: any}) => void) => Remove} onSignal
 * @property {<S>(initial: S, reducers: Record<string, (slice: S, event: RoomEvent) => S>) => Remove} slice
 *   how events change this plugin's slice (`state.slices[plugin]`) in the page, as its server side does in the journal:
 *   pure functions by the event's own name (or `core:left`) that return a new value. `initial` stands where the server
 *   has sent none
 * @property {(act: string) => boolean} canDo   may I perform a built-in act (`core:give_floor`) or publish
 *   (`publish:microphone`)? For showing and hiding; the server decides
 */

/**
 * @typedef {object} Media
 * @property {(publication: {source: Source, track: MediaStreamTrack, contentHint?: string, maxFramerate?: number,
 *   maxBitrate?: number}) => Promise<{id: string | null, stop: () => Promise<void>}>} publish   `maxBitrate` in bits per
 *   second; stops by itself when the track ends; rejects with `{code, message}`
 * @property {() => MediaTrack[]} tracks   what is received now, and one's own
 * @property {(fn: (tracks: MediaTrack[]) => void) => Remove} onTracks   at each change, and at once
 * @property {(trackId: string, element: HTMLVideoElement) => Remove} attach   shows a track, one's own too, and follows it
 *   through breaks; the element is muted, since voices play by themselves
 */
/** @typedef {{id: string, participant: string, source: Source, kind: "audio" | "video", muted: boolean}} MediaTrack */

/**
 * @typedef {"toolbar" | "panel" | "people" | "stage" | "participant-menu" | "pre-join" | "settings"} SlotName
 *   `people`: a few lines under a heading of their own, above the list of people; the label is the heading
 *
 * @typedef {object} SlotContent
 * @property {string} id
 * @property {string} label        in the user's language
 * @property {string} [icon]       a name of `@palabre/icons`
 * @property {number} [order]      smaller comes first; 100 when absent
 * @property {(element: HTMLElement, context: SlotContext) => Remove | void} mount   draws into the element; what it
 *   returns is called when the element goes away
 *
 * @typedef {object} SlotContext   what the place offers; each in the slots that are named
 * @property {string} language    BCP 47
 * @property {Participant} [participant]   `participant-menu`: whose menu it is
 * @property {() => void} [close]   `panel`, `participant-menu`: closes it
 * @property {(n: number) => void} [badge]   `panel`: a number on the button that opens it; 0 for none
 * @property {(text: string) => void} [caption]   `stage`: the words in the corner
 * @property {(button: ToolbarButton) => {update: (changes: Partial<ToolbarButton>) => void, element: HTMLElement}} [button]
 *   `toolbar`: draws a button like the page's own
 * @property {(item: {icon?: string, label: string, danger?: boolean, onClick: () => void}) => void} [item]
 *   `participant-menu`: adds a line; a menu that does not apply to this participant adds none
 *
 * @typedef {{icon: string, label: string, pressed?: boolean, danger?: boolean, disabled?: boolean, title?: string,
 *   onClick: () => void}} ToolbarButton
 *
 * @typedef {object} Slots
 * @property {(slot: SlotName, content: SlotContent) => Remove} add
 */

/**
 * @typedef {import("../types.js").Participant} Participant
 * @typedef {import("../types.js").RoomEvent} RoomEvent
 * @typedef {import("../types.js").RoomState} RoomState
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").Translate} Translate
 */
