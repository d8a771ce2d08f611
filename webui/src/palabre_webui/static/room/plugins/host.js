/**
 * Loads the plugins' browser modules into the page and keeps them apart: one that cannot be fetched, asks for another
 * version, takes too long or throws is named in `failures`, and all others go on. Fires `change`.
 *
 * @typedef {import("../controller.js").RoomController} RoomController
 * @typedef {import("../types.js").ModuleEntry} ModuleEntry
 * @typedef {import("./api.js").SlotName} SlotName
 * @typedef {import("./api.js").SlotContent} SlotContent
 * @typedef {Readonly<Required<Pick<SlotContent, "id" | "label" | "order" | "mount">> & {plugin: string, icon: string}>} Slot
 */
import { fetchCatalogue, translator } from "../i18n.js";
import { API_VERSION } from "./api.js";
import { moduleApi } from "./module_api.js";

const PATIENCE_MS = 10_000;
/** @type {SlotName[]} */
const SLOTS = ["toolbar", "panel", "people", "stage", "participant-menu", "pre-join", "settings"];

export class PluginHost extends EventTarget {
  /** What is to be shown where, in order. Lists are replaced, not changed. @type {Record<SlotName, readonly Slot[]>} */
  slots = /** @type {any} */ (Object.fromEntries(SLOTS.map((name) => [name, Object.freeze([])])));
  /** What went wrong, once for each plugin. @type {readonly {plugin: string, message: string}[]} */
  failures = [];

  #room;
  #reducers;
  #fetchModule;
  #patience_ms;
  /** @type {Map<string, () => void>} */
  #disposers = new Map();

  /**
   * @param {RoomController} room
   * @param {import("../state.js").Reducers} reducers
   * @param {{fetchModule?: (url: string) => Promise<any>, patience_ms?: number}} [outside]
   */
  constructor(room, reducers, { fetchModule = (url) => import(url), patience_ms = PATIENCE_MS } = {}) {
    super();
    this.#room = room;
    this.#reducers = reducers;
    this.#fetchModule = fetchModule;
    this.#patience_ms = patience_ms;
  }

  /**
   * Loads all at the same time; resolves when each works or has failed, never rejects.
   *
   * @param {readonly ModuleEntry[]} modules
   */
  async load(modules) {
    await Promise.all(modules.map((entry) => this.#load(entry)));
  }

  /**
   * Notes that a plugin threw. It stays loaded: what else it does may well work.
   *
   * @param {string} plugin
   * @param {unknown} error
   */
  failed(plugin, error) {
    console.error(`The plugin "${plugin}" failed`, error);
    this.#note(plugin, this.#room.t("{plugin} has a problem in this page.", { plugin }));
  }

  /** Undoes everything that any plugin added. */
  dispose() {
    for (const dispose of this.#disposers.values()) dispose();
    this.#disposers.clear();
  }

  /** @param {ModuleEntry} entry */
  async #load({ plugin, url, catalogue }) {
    const { t } = this.#room;
    if (this.#disposers.has(plugin)) return;
    const texts = await fetchCatalogue(catalogue);
    const { api, dispose } = moduleApi({
      plugin,
      room: this.#room,
      reducers: this.#reducers,
      t: joined(translator(this.#room.config.language, texts), texts, t),
      addSlot: (slot, content) => this.#addSlot(plugin, slot, content),
      failed: (error) => this.failed(plugin, error),
    });
    let over = false;
    try {
      const module = await within(this.#patience_ms, this.#fetchModule(url));
      const unfit = unfitness(module?.default, plugin, t);
      if (unfit) return this.#note(plugin, unfit);
      const setUp = Promise.resolve(module.default.setup(api)).then((own) => {
        if (over) runQuietly(own, plugin); // it came too late
        return own;
      });
      const own = await within(this.#patience_ms, setUp);
      this.#disposers.set(plugin, () => {
        runQuietly(own, plugin);
        dispose();
      });
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      over = true;
      dispose();
      console.error(`The plugin "${plugin}" could not be loaded from ${url}`, error);
      this.#note(
        plugin,
        error instanceof TooLate
          ? t("{plugin} did not start in time; the meeting goes on without it.", { plugin })
          : t("{plugin} could not be started; the meeting goes on without it.", { plugin }),
      );
    }
  }

  /**
   * @param {string} plugin
   * @param {SlotName} slot
   * @param {SlotContent} content
   */
  #addSlot(plugin, slot, content) {
    if (!SLOTS.includes(slot)) throw new TypeError(`There is no slot "${slot}"; there are ${SLOTS.join(", ")}.`);
    const { id, label, icon = "", order = 100, mount } = content;
    if (typeof mount !== "function") throw new TypeError(`The slot content "${id}" has no mount function.`);
    const added = Object.freeze({ plugin, id: `${plugin}.${id}`, label, icon, order, mount: this.#guardedMount(plugin, mount) });
    this.#setSlot(slot, [...this.slots[slot].filter((each) => each.id !== added.id), added]);
    return () => this.#setSlot(slot, this.slots[slot].filter((each) => each !== added));
  }

  /**
   * @param {string} plugin
   * @param {SlotContent["mount"]} mount
   * @returns {SlotContent["mount"]}
   */
  #guardedMount(plugin, mount) {
    return (element, context) => {
      try {
        const unmount = mount(element, Object.freeze({ ...context }));
        return () => runQuietly(unmount, plugin);
      } catch (error) {
        this.failed(plugin, error);
        throw error; // the place that was to show it says so
      }
    };
  }

  /**
   * @param {SlotName} slot
   * @param {Slot[]} contents
   */
  #setSlot(slot, contents) {
    const ordered = contents.sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));
    this.slots = { ...this.slots, [slot]: Object.freeze(ordered) };
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {string} plugin
   * @param {string} message
   */
  #note(plugin, message) {
    if (this.failures.some((each) => each.plugin === plugin)) return;
    this.failures = [...this.failures, { plugin, message }];
    this.dispatchEvent(new Event("change"));
  }
}

class TooLate extends Error {}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function within(milliseconds, work) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`nothing after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}

/**
 * Why a module does not fit, as a sentence; "" when it does.
 *
 * @param {any} module
 * @param {string} plugin
 * @param {import("../types.js").Translate} t
 */
function unfitness(module, plugin, t) {
  if (typeof module?.setup !== "function") {
    return t("{plugin} has no browser module that this page understands (its default export has no setup function).", { plugin });
  }
  if (module.apiVersion !== API_VERSION) {
    return t("{plugin} was written for version {its} of the room's interface; this page has version {ours}.", {
      plugin,
      its: module.apiVersion,
      ours: API_VERSION,
    });
  }
  return "";
}

/**
 * @param {unknown} fn
 * @param {string} plugin
 */
function runQuietly(fn, plugin) {
  if (typeof fn !== "function") return;
  try {
    fn();
  } catch (error) {
    console.error(`The plugin "${plugin}" failed while it was removed`, error);
  }
}

/**
 * The plugin's texts first, then the page's.
 *
 * @param {import("../types.js").Translate} own
 * @param {Record<string, unknown>} catalogue
 * @param {import("../types.js").Translate} page
 * @returns {import("../types.js").Translate}
 */
function joined(own, catalogue, page) {
  /** @type {any} */
  const t = (/** @type {string} */ msgid, /** @type {any} */ vars) => (Object.hasOwn(catalogue, msgid) ? own : page)(msgid, vars);
  t.n = (/** @type {string} */ one, /** @type {string} */ many, /** @type {number} */ n, /** @type {any} */ vars) =>
    (Object.hasOwn(catalogue, one) ? own : page).n(one, many, n, vars);
  return t;
}
