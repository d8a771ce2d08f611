/**
 * The shapes that travel between the web service and the page (docs/protocol.md), as JSDoc types.
 * This module holds no code.
 */

/** @typedef {"presenter" | "guest"} Role */
/** "microphone", "camera", or one that a plugin adds, such as "screen". @typedef {string} Source */

/**
 * @typedef {object} Track
 * @property {string} id         stable for one participant and source
 * @property {"audio" | "video"} kind
 * @property {Source} source
 * @property {boolean} muted     by its owner or by a presenter
 * @property {boolean} blocked   the engine does not forward it, whatever its owner does
 */

/**
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} name
 * @property {Role} role
 * @property {boolean} floor             has been given the right to speak
 * @property {boolean} floor_may_show    … and to show
 * @property {string | null} hand_raised_at   ISO-8601 UTC
 * @property {string} joined_at          ISO-8601 UTC
 * @property {string} via                "web", "phone" …
 * @property {boolean} connected         false between a broken connection and coming back or leaving
 * @property {readonly Track[]} tracks
 */

/** @typedef {{id: string, name: string, since: string, reason: string}} Waiting */

/**
 * @typedef {object} Meeting
 * @property {string} id
 * @property {string} name
 * @property {string} room_class
 * @property {"free" | "floor"} microphones   may guests open theirs without the floor?
 * @property {boolean} wait_for_presenter
 * @property {boolean} locked
 * @property {string | null} [started_at]   ISO-8601 UTC
 * @property {boolean} [ended]
 */

/**
 * @typedef {object} RoomState
 * @property {Meeting} meeting
 * @property {readonly Participant[]} participants   those who are present
 * @property {readonly Waiting[]} waiting            for presenters; empty for everybody else
 * @property {Readonly<Record<string, any>>} slices  one for each feature, by its name
 */

/**
 * @typedef {object} RoomEvent
 * @property {number} seq
 * @property {string} at              ISO-8601 UTC
 * @property {string} kind            "hidden" for one that is not for this participant
 * @property {string | null} actor    participant id
 * @property {any} data
 */

/** @typedef {{code: string, message: string}} Refusal */
/** @typedef {{plugin: string, url: string, apiVersion?: number, catalogue?: string}} ModuleEntry */

/**
 * The page's configuration (`<script type="application/json" id="palabre-room">`).
 *
 * @typedef {object} RoomConfig
 * @property {number} protocol
 * @property {string} link            join token
 * @property {string} language
 * @property {{name: string, people?: number, planned_by?: string}} [meeting]
 * @property {{name?: string, role?: Role}} [me]
 * @property {readonly ModuleEntry[]} modules
 * @property {string} [socket]        where the socket connects; the page's own origin when absent
 */

/** @typedef {{urls: string | string[], username?: string, credential?: string}} IceServer */

/**
 * The engine's offer for what this participant receives.
 *
 * @typedef {{sdp: string, revision: number, tracks: {mid: string, participant: string, track: string, kind: "audio" | "video", source: Source}[]}} SubscribeOffer
 */

/**
 * @typedef {((msgid: string, vars?: Record<string, unknown>) => string)
 *   & {n: (one: string, many: string, n: number, vars?: Record<string, unknown>) => string}} Translate
 */

export {};
